/* Models as handles: opened by id, file or bytes, and asked for their names; see lull.h. */
#include <math.h>
#include <string.h>

#include "api.h"
#include "lull/api/read.h"
#include "lull/base/text.h"
#include "lull/knowledge.h"
#include "lull/num/math.h"

static struct lull_popmodel *new_model(void)
{
	struct lull_popmodel *model = lull_mem_zalloc(1, sizeof(*model));

	if (model)
		atomic_init(&model->n_holders, 1);
	return model;
}

struct lull_popmodel *lull_api__hold_model(const struct lull_popmodel *model)
{
	struct lull_popmodel *held = (struct lull_popmodel *)(uintptr_t)model; /* counting is not changing */

	atomic_fetch_add_explicit(&held->n_holders, 1, memory_order_relaxed);
	return held;
}

void lull_popmodel_free(struct lull_popmodel *model)
{
	if (!model || atomic_fetch_sub_explicit(&model->n_holders, 1, memory_order_acq_rel) > 1)
		return;
	lull_arena_clear(&model->arena);
	lull_mem_free(model);
}

static bool is_file(const char *model)
{
	const size_t n = strlen(model);

	return strchr(model, '/') || (n > 5 && strcmp(model + n - 5, ".yaml") == 0);
}

/* The folder's knowledge, or the embedded; not sealed, nobody here prints its hash. */
static int find_knowledge(const char *folder, struct lull_arena *arena, struct lull_files *out, struct lull_err *err)
{
	*out = (struct lull_files){ .items = lull_embedded_files, .n_items = lull_n_embedded_files, .origin = "embedded" };
	return folder ? lull_read_knowledge(folder, arena, out, err) : LULL_OK;
}

static int load(const char *id, const char *folder, struct lull_popmodel *model, struct lull_diags *diags,
		struct lull_err *err)
{
	struct lull_files files;
	const int rc = find_knowledge(folder, &model->arena, &files, err);

	return rc == LULL_OK ? lull_pm_load(&files, id, &model->arena, &model->pm, diags) : rc;
}

static int read(const char *path, struct lull_popmodel *model, struct lull_diags *diags, struct lull_err *err)
{
	char *bytes = NULL;
	size_t n_bytes = 0;
	const int rc = lull_read_file(path, &model->arena, &bytes, &n_bytes, err);

	return rc == LULL_OK ? lull_pm_read(bytes, n_bytes, path, &model->arena, &model->pm, diags) : rc;
}

/* The end of each way to open: hand over, or say why not. */
static int finish(struct lull_popmodel *model, int rc, const struct lull_diags *diags, const struct lull_err *err,
		  const struct lull_popmodel_options *options, struct lull_popmodel **out, struct lull_error *error)
{
	rc = err->code != LULL_OK ? lull_api__give(error, rc, err)
				  : lull_api__remarks(error, rc, diags, options->remark, options->user);
	if (rc != LULL_OK) {
		lull_popmodel_free(model);
		return rc;
	}
	model->info = lull_pm_info(model->pm);
	*out = model;
	return LULL_OK;
}

static int begin(const struct lull_popmodel_options *options, struct lull_popmodel_options *own,
		 struct lull_popmodel **out, struct lull_popmodel **model, struct lull_error *error)
{
	int rc = lull_api__enter(error);

	if (rc != LULL_OK)
		return rc;
	if (!out)
		return lull_api__is_null(error, "out");
	*out = NULL;
	rc = lull_api__options(options, own, sizeof(*own), "lull_popmodel_options", error);
	if (rc != LULL_OK)
		return rc;
	*model = new_model();
	return *model ? LULL_OK : lull_api__nomem(error);
}

int lull_popmodel_open(const char *name, const struct lull_popmodel_options *options, struct lull_popmodel **out,
		       struct lull_error *error)
{
	struct lull_popmodel_options own;
	struct lull_popmodel *model;
	struct lull_err err = { 0 };
	struct lull_diags diags;
	int rc = begin(options, &own, out, &model, error);

	if (rc != LULL_OK)
		return rc;
	if (!name) {
		lull_popmodel_free(model);
		return lull_api__is_null(error, "model");
	}
	lull_diags_init(&diags, &model->arena);
	rc = is_file(name) ? read(name, model, &diags, &err) : load(name, own.knowledge, model, &diags, &err);
	return finish(model, rc, &diags, &err, &own, out, error);
}

int lull_popmodel_parse(const char *yaml, size_t n_bytes, const char *name, const struct lull_popmodel_options *options,
			struct lull_popmodel **out, struct lull_error *error)
{
	struct lull_popmodel_options own;
	struct lull_popmodel *model;
	struct lull_diags diags;
	int rc = begin(options, &own, out, &model, error);

	if (rc != LULL_OK)
		return rc;
	/* The model may point into its text: a copy that lives as long. */
	char *text = yaml ? lull_arena_strndup(&model->arena, yaml, n_bytes) : NULL;
	char *path = lull_arena_strdup(&model->arena, name ? name : "model");
	if (!text || !path) {
		lull_popmodel_free(model);
		return yaml ? lull_api__nomem(error) : lull_api__is_null(error, "yaml");
	}
	lull_diags_init(&diags, &model->arena);
	rc = lull_pm_read(text, n_bytes, path, &model->arena, &model->pm, &diags);
	return finish(model, rc, &diags, &(struct lull_err){ 0 }, &own, out, error);
}

int lull_popmodel_list(const struct lull_popmodel_options *options, int (*each)(void *user, const char *id), void *user,
		       struct lull_error *error)
{
	struct lull_popmodel_options own;
	struct lull_arena arena = { 0 };
	struct lull_files files;
	struct lull_err err = { 0 };
	const char **ids = NULL;
	size_t n_ids = 0;
	int rc = lull_api__enter(error);

	if (rc == LULL_OK && !each)
		rc = lull_api__is_null(error, "each");
	if (rc == LULL_OK)
		rc = lull_api__options(options, &own, sizeof(own), "lull_popmodel_options", error);
	if (rc != LULL_OK)
		return rc;
	rc = find_knowledge(own.knowledge, &arena, &files, &err);
	if (rc == LULL_OK)
		rc = lull_pm_ids(&files, &arena, &ids, &n_ids, &err);
	for (size_t i = 0; rc == LULL_OK && i < n_ids; i++)
		if (each(user, ids[i]))
			rc = lull_fail(&err, LULL_ESTOPPED, "each", "the list was ended by its caller");
	rc = lull_api__give(error, rc, &err);
	lull_arena_clear(&arena);
	return rc;
}

const char *lull_popmodel_text(const struct lull_popmodel *model, int which)
{
	const struct lull_pm_info *info = model ? model->info : NULL;
	const char *text = NULL;

	if (!info)
		return "";
	switch (which) {
	case LULL_TEXT_ID: text = info->id; break;
	case LULL_TEXT_NAME: text = info->name; break;
	case LULL_TEXT_ABOUT: text = info->about; break;
	case LULL_TEXT_HASH: text = info->hash_hex; break;
	case LULL_TEXT_TIME_UNIT: text = info->time_unit; break;
	case LULL_TEXT_AMOUNT_UNIT: text = info->amount_unit; break;
	case LULL_TEXT_CONC_UNIT: text = info->conc_unit; break;
	default: break;
	}
	return text ? text : "";
}

static const struct lull_pm_name *names(const struct lull_popmodel *model, int list, size_t *n)
{
	const struct lull_pm_info *info = model ? model->info : NULL;

	*n = 0;
	if (!info)
		return NULL;
	switch (list) {
	case LULL_PARAMETERS: *n = (size_t)info->n_params; return info->params;
	case LULL_COVARIATES: *n = (size_t)info->n_covariates; return info->covariates;
	case LULL_ETAS: *n = (size_t)info->n_etas; return info->etas;
	case LULL_OCCASION_ETAS: *n = (size_t)info->n_iov; return info->iov;
	case LULL_INPUTS: *n = (size_t)info->n_inputs; return info->inputs;
	case LULL_OUTPUTS: *n = (size_t)info->n_outputs; return info->outputs;
	default: return NULL;
	}
}

size_t lull_popmodel_count(const struct lull_popmodel *model, int list)
{
	size_t n;

	names(model, list, &n);
	return n;
}

const char *lull_popmodel_name(const struct lull_popmodel *model, int list, size_t i)
{
	size_t n;
	const struct lull_pm_name *all = names(model, list, &n);

	return i < n && all[i].name ? all[i].name : "";
}

const char *lull_popmodel_unit(const struct lull_popmodel *model, int list, size_t i)
{
	size_t n;
	const struct lull_pm_name *all = names(model, list, &n);

	return i < n && all[i].unit ? all[i].unit : "";
}

int64_t lull_popmodel_find(const struct lull_popmodel *model, int list, const char *name)
{
	size_t n;
	const struct lull_pm_name *all = names(model, list, &n);

	for (size_t i = 0; name && i < n; i++)
		if (lull_text_casecmp(all[i].name, name) == 0)
			return (int64_t)i;
	return -1;
}

double lull_popmodel_default(const struct lull_popmodel *model, int list, size_t i)
{
	double theta[LULL_PM_MAX_PARAMS];

	if (i >= lull_popmodel_count(model, list))
		return NAN;
	switch (list) {
	case LULL_PARAMETERS: lull_pm_typical(model->pm, theta); return theta[i];
	case LULL_COVARIATES: return model->info->covariate_default[i];
	case LULL_ETAS:
	case LULL_OCCASION_ETAS: return 0;
	default: return NAN;
	}
}

/* ---- for the other files ----------------------------------------------------------------- */

double lull_api__to_h(const struct lull_pm_info *info, double t)
{
	const double unit_h = info->time_unit_h;

	return unit_h >= 1 ? t * unit_h : t / lull_floor(1 / unit_h + 0.5);
}

double lull_api__from_h(const struct lull_pm_info *info, double t_h)
{
	const double unit_h = info->time_unit_h;

	return unit_h >= 1 ? t_h / unit_h : t_h * lull_floor(1 / unit_h + 0.5);
}

int lull_api__times(const struct lull_pm_info *info, const double *times, size_t n_times, double *t_h,
		    struct lull_error *error)
{
	for (size_t i = 0; i < n_times; i++) {
		if (!lull_is_finite(times[i]))
			return lull_api__fail(error, LULL_EDOMAIN, "times", "time %zu is not a finite number", i);
		if (i && times[i] < times[i - 1]) {
			lull_api__fail(error, LULL_EDOMAIN, "times", "time %zu, %g, comes after %g", i, times[i], times[i - 1]);
			lull_api__mend(error, "sort them");
			return LULL_EDOMAIN;
		}
		t_h[i] = lull_api__to_h(info, times[i]);
	}
	return LULL_OK;
}

static int find_output(const struct lull_pm_info *info, const char *name)
{
	for (int o = 0; o < info->n_outputs; o++)
		if (lull_text_casecmp(info->outputs[o].name, name) == 0)
			return o;
	return -1;
}

static int no_such_output(const struct lull_pm_info *info, const char *name, struct lull_error *error)
{
	struct lull_buf all = { 0 };

	for (int o = 0; o < info->n_outputs; o++)
		lull_buf_printf(&all, "%s%s", o ? ", " : "", info->outputs[o].name);
	lull_api__fail(error, LULL_ENOTFOUND, "outputs", "model %s has no output '%s'", info->id, name);
	lull_api__mend(error, "it has %s", lull_buf_text(&all));
	lull_buf_clear(&all);
	return LULL_ENOTFOUND;
}

int lull_api__outputs(const struct lull_pm_info *info, const char *const *wanted, size_t n_wanted, int *outputs,
		      int *n_outputs, struct lull_error *error)
{
	if (!wanted || !n_wanted) {
		*n_outputs = info->n_outputs;
		for (int o = 0; o < info->n_outputs; o++)
			outputs[o] = o;
		return LULL_OK;
	}
	if (n_wanted > LULL_PM_MAX_OUTPUTS)
		return lull_api__fail(error, LULL_ELIMIT, "outputs", "at most %d", (int)LULL_PM_MAX_OUTPUTS);
	for (size_t i = 0; i < n_wanted; i++) {
		if (!wanted[i])
			return lull_api__is_null(error, "outputs");
		outputs[i] = find_output(info, wanted[i]);
		if (outputs[i] < 0)
			return no_such_output(info, wanted[i], error);
	}
	*n_outputs = (int)n_wanted;
	return LULL_OK;
}
