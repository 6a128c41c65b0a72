/* Tables of events as handles: from a line of text, a CSV file or its bytes; see lull.h. */
#include <string.h>

#include "api.h"
#include "lull/api/read.h"

int lull_api__new_table(const struct lull_popmodel *model, struct lull_evtable **out, struct lull_error *error)
{
	struct lull_evtable *table = lull_mem_zalloc(1, sizeof(*table));

	if (!table)
		return lull_api__nomem(error);
	atomic_init(&table->n_holders, 1);
	table->model = lull_api__hold_model(model);
	*out = table;
	return LULL_OK;
}

struct lull_evtable *lull_api__hold_table(const struct lull_evtable *table)
{
	struct lull_evtable *held = (struct lull_evtable *)(uintptr_t)table; /* counting is not changing */

	atomic_fetch_add_explicit(&held->n_holders, 1, memory_order_relaxed);
	return held;
}

void lull_evtable_free(struct lull_evtable *table)
{
	if (!table || atomic_fetch_sub_explicit(&table->n_holders, 1, memory_order_acq_rel) > 1)
		return;
	lull_arena_clear(&table->arena);
	lull_popmodel_free(table->model);
	lull_mem_free(table);
}

static int begin(const struct lull_popmodel *model, const void *source, const char *source_name,
		 const struct lull_evtable_options *options, struct lull_evtable_options *own, struct lull_evtable **out,
		 struct lull_evtable **table, struct lull_error *error)
{
	int rc = lull_api__enter(error);

	if (rc != LULL_OK)
		return rc;
	if (!out)
		return lull_api__is_null(error, "out");
	*out = NULL;
	if (!model || !source)
		return lull_api__is_null(error, model ? source_name : "model");
	rc = lull_api__options(options, own, sizeof(*own), "lull_evtable_options", error);
	return rc == LULL_OK ? lull_api__new_table(model, table, error) : rc;
}

static int finish(struct lull_evtable *table, int rc, const struct lull_diags *diags,
		  const struct lull_evtable_options *options, struct lull_evtable **out, struct lull_error *error)
{
	rc = lull_api__remarks(error, rc, diags, options->remark, options->user);
	if (rc == LULL_OK)
		*out = table;
	else
		lull_evtable_free(table);
	return rc;
}

int lull_evtable_parse(const struct lull_popmodel *model, const char *events, const struct lull_evtable_options *options,
		       struct lull_evtable **out, struct lull_error *error)
{
	struct lull_evtable_options own;
	struct lull_evtable *table = NULL;
	struct lull_diags diags;
	int rc = begin(model, events, "events", options, &own, out, &table, error);

	if (rc != LULL_OK)
		return rc;
	lull_diags_init(&diags, &table->arena);
	rc = lull_events_read_text(model->pm, events, NULL, &table->arena, &table->data, &diags);
	return finish(table, rc, &diags, &own, out, error);
}

static int parse_csv(struct lull_evtable *table, const char *csv, size_t n_bytes, const char *name,
		     const struct lull_evtable_options *options, struct lull_diags *diags)
{
	const struct lull_events_options how = { .covariates_next = options->covariates_next != 0,
						 .decimal = (char)options->decimal,
						 .delimiter = (char)options->delimiter };

	return lull_events_read_csv(table->model->pm, csv, n_bytes, name, &how, &table->arena, &table->data, diags);
}

static int check_marks(const struct lull_evtable_options *own, struct lull_error *error)
{
	if (own->delimiter && own->delimiter != ',' && own->delimiter != ';' && own->delimiter != '\t')
		return lull_api__fail(error, LULL_EDOMAIN, "lull_evtable_options.delimiter", "is ',' ';' or a tab");
	if (own->decimal && own->decimal != '.' && own->decimal != ',')
		return lull_api__fail(error, LULL_EDOMAIN, "lull_evtable_options.decimal", "is '.' or ','");
	return LULL_OK;
}

int lull_evtable_read(const struct lull_popmodel *model, const char *path, const struct lull_evtable_options *options,
		      struct lull_evtable **out, struct lull_error *error)
{
	struct lull_evtable_options own;
	struct lull_evtable *table = NULL;
	struct lull_diags diags;
	struct lull_err err = { 0 };
	char *bytes = NULL;
	size_t n_bytes = 0;
	int rc = begin(model, path, "path", options, &own, out, &table, error);

	if (rc != LULL_OK)
		return rc;
	rc = check_marks(&own, error);
	if (rc == LULL_OK) {
		rc = lull_read_file(path, &table->arena, &bytes, &n_bytes, &err);
		if (rc != LULL_OK)
			lull_api__give(error, rc, &err);
	}
	if (rc != LULL_OK) {
		lull_evtable_free(table);
		return rc;
	}
	lull_diags_init(&diags, &table->arena);
	return finish(table, parse_csv(table, bytes, n_bytes, path, &own, &diags), &diags, &own, out, error);
}

int lull_evtable_parse_csv(const struct lull_popmodel *model, const char *csv, size_t n_bytes, const char *name,
			   const struct lull_evtable_options *options, struct lull_evtable **out,
			   struct lull_error *error)
{
	struct lull_evtable_options own;
	struct lull_evtable *table = NULL;
	struct lull_diags diags;
	int rc = begin(model, csv, "csv", options, &own, out, &table, error);

	if (rc != LULL_OK)
		return rc;
	rc = check_marks(&own, error);
	char *text = rc == LULL_OK ? lull_arena_strndup(&table->arena, csv, n_bytes) : NULL; /* may be pointed into */
	char *path = rc == LULL_OK ? lull_arena_strdup(&table->arena, name ? name : "events") : NULL;
	if (!text || !path) {
		lull_evtable_free(table);
		return rc != LULL_OK ? rc : lull_api__nomem(error);
	}
	lull_diags_init(&diags, &table->arena);
	return finish(table, parse_csv(table, text, n_bytes, path, &own, &diags), &diags, &own, out, error);
}

size_t lull_evtable_n_people(const struct lull_evtable *table)
{
	return table ? table->data.n_subjects : 0;
}

size_t lull_evtable_n_rejected(const struct lull_evtable *table)
{
	return table ? table->data.n_rejected : 0;
}

uint64_t lull_evtable_id(const struct lull_evtable *table, size_t i_person)
{
	return i_person < lull_evtable_n_people(table) ? table->data.subjects[i_person].id : 0;
}

size_t lull_api__n_looks(const struct lull_subject *subject)
{
	size_t n = 0;

	for (size_t i = 0; i < subject->n_records; i++)
		n += subject->records[i].evid == LULL_EVID_OBSERVE || subject->records[i].evid == LULL_EVID_OTHER;
	return n;
}

size_t lull_evtable_n_observations(const struct lull_evtable *table, size_t i_person)
{
	return i_person < lull_evtable_n_people(table) ? lull_api__n_looks(&table->data.subjects[i_person]) : 0;
}

int lull_api__fits(const struct lull_popmodel *model, const struct lull_evtable *table, struct lull_error *error)
{
	if (!model || !table)
		return lull_api__is_null(error, model ? "table" : "model");
	if (table->model == model)
		return LULL_OK;
	lull_api__fail(error, LULL_ECONFLICT, "table", "was made for another model, %s", table->model->info->id);
	lull_api__mend(error, "make it from the model it is used with");
	return LULL_ECONFLICT;
}
