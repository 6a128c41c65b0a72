/* Instruments from knowledge/instruments: the schema tables and what must hold beyond them. */
#include "lull/scores/score.h"

#include <string.h>

#include "lull/base/node.h"
#include "lull/base/text.h"
#include "lull/base/yaml.h"

const char *const lull_score_kind_names[] = { "sum", "single", "percent", "risk", NULL };
const char *const lull_score_licence_names[] = { "score_only", "text", NULL };
const char *const lull_higher_names[] = { "worse", "better", "neither", NULL };
const char *const lull_mid_design_names[] = { "within_person", "between_groups", "trial_responder", NULL };

/* One row of a schema table. */
#define FIELD(struct_, member, type_, ...) \
	{ .key = #member, .type = (type_), .offset = offsetof(struct struct_, member), __VA_ARGS__ }
#define LIST(struct_, member, type_, ...)                                              \
	{ .key = #member, .type = (type_), .offset = offsetof(struct struct_, member), \
	  .count_offset = offsetof(struct struct_, n_##member), __VA_ARGS__ }
#define SOURCE(struct_)                                                                                 \
	FIELD(struct_, source, LULL_F_TEXT, .required = true, .what = "keys of knowledge/sources"),     \
	FIELD(struct_, mark, LULL_F_ENUM, .required = true, .names = lull_mark_names, .what = "trust mark")

static const struct lull_field choice_fields[] = {
	FIELD(lull_choice, value, LULL_F_NUMBER, .required = true, .what = "an allowed answer"),
	FIELD(lull_choice, text, LULL_F_TEXT, .what = "its wording"),
	{ 0 }
};
static const struct lull_schema choice_schema = { "choice", sizeof(struct lull_choice), choice_fields, 0, NULL };

static const struct lull_field item_fields[] = {
	FIELD(lull_item, id, LULL_F_TEXT, .required = true, .what = "short id, q1"),
	FIELD(lull_item, label, LULL_F_TEXT, .required = true, .what = "topic in our own words"),
	FIELD(lull_item, text, LULL_F_TEXT, .what = "wording, where it may be shipped"),
	FIELD(lull_item, min, LULL_F_NUMBER, .what = "lowest answer"),
	FIELD(lull_item, max, LULL_F_NUMBER, .what = "highest answer"),
	FIELD(lull_item, not_scored, LULL_F_BOOL, .what = "asked, not part of the score"),
	LIST(lull_item, choices, LULL_F_LIST, .sub = &choice_schema, .what = "allowed answers"),
	{ 0 }
};
static const struct lull_schema item_schema = { "item", sizeof(struct lull_item), item_fields, 0, NULL };

static const struct lull_field domain_fields[] = {
	FIELD(lull_domain, id, LULL_F_TEXT, .required = true, .what = "short id"),
	FIELD(lull_domain, name, LULL_F_TEXT, .required = true, .what = "name"),
	LIST(lull_domain, items, LULL_F_TEXTS, .required = true, .what = "ids of its items"),
	{ 0 }
};
static const struct lull_schema domain_schema = { "domain", sizeof(struct lull_domain), domain_fields, 0, NULL };

static const struct lull_field band_fields[] = {
	FIELD(lull_score_band, id, LULL_F_TEXT, .required = true, .what = "short id"),
	FIELD(lull_score_band, name, LULL_F_TEXT, .required = true, .what = "name"),
	FIELD(lull_score_band, low, LULL_F_NUMBER, .required = true, .what = "lowest score of the band"),
	FIELD(lull_score_band, high, LULL_F_NUMBER, .required = true, .what = "highest score of the band"),
	SOURCE(lull_score_band),
	{ 0 }
};
static const struct lull_schema band_schema = { "band", sizeof(struct lull_score_band), band_fields, 0, NULL };

static const struct lull_field cut_off_fields[] = {
	FIELD(lull_cut_off, id, LULL_F_TEXT, .required = true, .what = "short id"),
	FIELD(lull_cut_off, name, LULL_F_TEXT, .required = true, .what = "what it means"),
	FIELD(lull_cut_off, at_least, LULL_F_NUMBER, .what = "holds from this score on"),
	FIELD(lull_cut_off, at_most, LULL_F_NUMBER, .what = "holds up to this score"),
	SOURCE(lull_cut_off),
	{ 0 }
};
static const struct lull_schema cut_off_schema = { "cut-off", sizeof(struct lull_cut_off), cut_off_fields, 0,
						   NULL };

static const struct lull_field limit_fields[] = {
	LIST(lull_item_limit, items, LULL_F_TEXTS, .required = true, .what = "ids of items"),
	FIELD(lull_item_limit, sum_max, LULL_F_NUMBER, .required = true, .what = "their sum at most"),
	FIELD(lull_item_limit, because, LULL_F_TEXT, .required = true, .what = "why"),
	{ 0 }
};
static const struct lull_schema limit_schema = { "limit", sizeof(struct lull_item_limit), limit_fields, 0, NULL };

static const struct lull_field flag_fields[] = {
	FIELD(lull_item_flag, id, LULL_F_TEXT, .required = true, .what = "short id"),
	FIELD(lull_item_flag, item, LULL_F_TEXT, .required = true, .what = "id of the item"),
	FIELD(lull_item_flag, at_least, LULL_F_NUMBER, .required = true, .what = "raised from this answer on"),
	FIELD(lull_item_flag, action, LULL_F_TEXT, .required = true, .what = "what has to happen"),
	FIELD(lull_item_flag, question, LULL_F_TEXT, .required = true, .what = "what to ask when it is missing"),
	SOURCE(lull_item_flag),
	{ 0 }
};
static const struct lull_schema flag_schema = { "flag", sizeof(struct lull_item_flag), flag_fields, 0, NULL };

static const struct lull_field rule_fields[] = {
	FIELD(lull_symptom_rule, id, LULL_F_TEXT, .required = true, .what = "short id"),
	FIELD(lull_symptom_rule, name, LULL_F_TEXT, .required = true, .what = "what it is called when it holds"),
	FIELD(lull_symptom_rule, other_name, LULL_F_TEXT, .required = true, .what = "the lesser form"),
	FIELD(lull_symptom_rule, counts_from, LULL_F_NUMBER, .required = true, .what = "an item counts from here"),
	FIELD(lull_symptom_rule, easier_item, LULL_F_TEXT, .required = true, .what = "item that counts earlier"),
	FIELD(lull_symptom_rule, easier_from, LULL_F_NUMBER, .required = true, .what = "it counts from here"),
	LIST(lull_symptom_rule, cardinal, LULL_F_TEXTS, .required = true, .what = "one of these must count"),
	FIELD(lull_symptom_rule, needed, LULL_F_NUMBER, .required = true, .what = "items that must count"),
	FIELD(lull_symptom_rule, other_needed, LULL_F_NUMBER, .required = true, .what = "for the lesser form"),
	SOURCE(lull_symptom_rule),
	{ 0 }
};
static const struct lull_schema rule_schema = { "rule", sizeof(struct lull_symptom_rule), rule_fields, 0, NULL };

static const struct lull_field level_fields[] = {
	FIELD(lull_risk_level, id, LULL_F_TEXT, .required = true, .what = "short id"),
	FIELD(lull_risk_level, name, LULL_F_TEXT, .required = true, .what = "name"),
	LIST(lull_risk_level, any, LULL_F_TEXTS, .required = true, .what = "items, one yes suffices"),
	FIELD(lull_risk_level, blocks_session, LULL_F_BOOL, .what = "no session at this level"),
	FIELD(lull_risk_level, action, LULL_F_TEXT, .required = true, .what = "what has to happen"),
	SOURCE(lull_risk_level),
	{ 0 }
};
static const struct lull_schema level_schema = { "level", sizeof(struct lull_risk_level), level_fields, 0, NULL };

static const struct lull_field skip_fields[] = {
	FIELD(lull_skip, item, LULL_F_TEXT, .required = true, .what = "when this item is no"),
	LIST(lull_skip, then_no, LULL_F_TEXTS, .required = true, .what = "these are not asked"),
	{ 0 }
};
static const struct lull_schema skip_schema = { "skip", sizeof(struct lull_skip), skip_fields, 0, NULL };

static const struct lull_field mid_fields[] = {
	FIELD(lull_mid, id, LULL_F_TEXT, .required = true, .what = "short id"),
	FIELD(lull_mid, points, LULL_F_NUMBER, .min = 0, .max = 100, .what = "size of the difference"),
	FIELD(lull_mid, percent, LULL_F_NUMBER, .min = 0, .max = 100, .unit = "%", .what = "of the value before"),
	FIELD(lull_mid, design, LULL_F_ENUM, .required = true, .names = lull_mid_design_names,
	      .what = "for whom the difference was made"),
	FIELD(lull_mid, domain, LULL_F_TEXT, .what = "id of a domain"),
	FIELD(lull_mid, population, LULL_F_TEXT, .required = true, .what = "in whom"),
	FIELD(lull_mid, meaning, LULL_F_TEXT, .required = true, .what = "what it stands for"),
	SOURCE(lull_mid),
	{ 0 }
};
static const struct lull_schema mid_schema = { "difference", sizeof(struct lull_mid), mid_fields, 0, NULL };

static const struct lull_field instrument_fields[] = {
	FIELD(lull_instrument, id, LULL_F_TEXT, .required = true, .what = "short id, the file's name"),
	FIELD(lull_instrument, name, LULL_F_TEXT, .required = true, .what = "name for people"),
	FIELD(lull_instrument, kind, LULL_F_ENUM, .required = true, .names = lull_score_kind_names,
	      .what = "how answers become a number"),
	FIELD(lull_instrument, higher_is, LULL_F_ENUM, .required = true, .names = lull_higher_names,
	      .what = "direction"),
	FIELD(lull_instrument, recall, LULL_F_TEXT, .required = true, .what = "the period asked about"),
	FIELD(lull_instrument, licence, LULL_F_ENUM, .required = true, .names = lull_score_licence_names,
	      .what = "whether the wording may be shipped"),
	FIELD(lull_instrument, licence_basis, LULL_F_TEXT, .required = true, .what = "on what ground"),
	FIELD(lull_instrument, answer_min, LULL_F_NUMBER, .required = true, .what = "lowest answer"),
	FIELD(lull_instrument, answer_max, LULL_F_NUMBER, .required = true, .what = "highest answer"),
	FIELD(lull_instrument, score_min, LULL_F_NUMBER, .what = "lowest score"),
	FIELD(lull_instrument, score_max, LULL_F_NUMBER, .what = "highest score"),
	FIELD(lull_instrument, answers_between, LULL_F_BOOL, .what = "answers need not be whole numbers"),
	FIELD(lull_instrument, max_missing, LULL_F_INT, .required = true, .min = 0, .max = LULL_SCORE_MAX_ITEMS,
	      .what = "items that may be missing"),
	FIELD(lull_instrument, min_answered_frac, LULL_F_NUMBER, .min = 0, .max = 1,
	      .what = "share of a domain that must be answered"),
	FIELD(lull_instrument, missing_rule, LULL_F_TEXT, .required = true, .what = "the rule in words"),
	LIST(lull_instrument, choices, LULL_F_LIST, .sub = &choice_schema, .what = "allowed answers of all items"),
	LIST(lull_instrument, items, LULL_F_LIST, .sub = &item_schema, .required = true, .what = "the items"),
	LIST(lull_instrument, domains, LULL_F_LIST, .sub = &domain_schema, .what = "items with their own number"),
	LIST(lull_instrument, bands, LULL_F_LIST, .sub = &band_schema, .what = "bands, rising"),
	LIST(lull_instrument, finer_bands, LULL_F_LIST, .sub = &band_schema, .what = "a finer set of bands"),
	LIST(lull_instrument, cut_offs, LULL_F_LIST, .sub = &cut_off_schema, .what = "thresholds"),
	LIST(lull_instrument, limits, LULL_F_LIST, .sub = &limit_schema, .what = "ceilings of sums of items"),
	LIST(lull_instrument, flags, LULL_F_LIST, .sub = &flag_schema, .what = "answers that ask for action"),
	LIST(lull_instrument, rules, LULL_F_LIST, .sub = &rule_schema, .what = "a count of symptoms"),
	LIST(lull_instrument, levels, LULL_F_LIST, .sub = &level_schema, .what = "risk levels, worst first"),
	LIST(lull_instrument, skips, LULL_F_LIST, .sub = &skip_schema, .what = "questions not asked after a no"),
	LIST(lull_instrument, mids, LULL_F_LIST, .sub = &mid_schema, .what = "differences that matter"),
	LIST(lull_instrument, cautions, LULL_F_TEXTS, .what = "what to keep in mind"),
	SOURCE(lull_instrument),
	{ 0 }
};

/* ---- checks beyond the table ------------------------------------------------------------ */

/* What a check needs to report. */
struct checking {
	const struct lull_instrument *instrument;
	const struct lull_node *node;
	const struct lull_doc *doc;
	struct lull_diags *diags;
};

static void refuse(const struct checking *c, const char *key, const char *expected, const char *what,
		   const char *which)
{
	const struct lull_node *at = lull_node_get(c->node, key);
	lull_node_diag(c->diags, c->doc, at ? at : c->node, LULL_ERROR, expected, NULL, "%s '%.60s'", what, which);
}

static void check_ids(const struct checking *c, const char *key, const char *const *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lull_instrument_item(c->instrument, ids[i]) < 0)
			refuse(c, key, "the id of one of its items", "the item", ids[i]);
}

static void check_bands(const struct checking *c, const char *key, const struct lull_score_band *bands, size_t n)
{
	const struct lull_instrument *s = c->instrument;
	if (n && (bands[0].low != s->score_min || bands[n - 1].high != s->score_max))
		refuse(c, key, "bands from score_min to score_max", "bands end at", bands[n - 1].id);
	for (size_t i = 0; i < n; i++) {
		if (bands[i].high < bands[i].low)
			refuse(c, key, "low at most high", "the band", bands[i].id);
		if (i && bands[i].low != bands[i - 1].high + 1)
			refuse(c, key, "each band beginning one above the one before", "the band", bands[i].id);
	}
}

/* Wording may stand only where its licence lets it. */
static void check_wording(const struct checking *c)
{
	const struct lull_instrument *s = c->instrument;
	if (s->licence == LULL_SCORE_TEXT)
		return;
	for (size_t i = 0; i < s->n_items; i++) {
		if (s->items[i].text)
			refuse(c, "items", "no wording: the licence is score_only", "the text of", s->items[i].id);
		for (size_t k = 0; k < s->items[i].n_choices; k++)
			if (s->items[i].choices[k].text)
				refuse(c, "items", "no wording: the licence is score_only", "the choices of",
				       s->items[i].id);
	}
	for (size_t k = 0; k < s->n_choices; k++)
		if (s->choices[k].text)
			refuse(c, "choices", "no wording: the licence is score_only", "the text",
			       s->choices[k].text);
}

static void check_items(const struct checking *c)
{
	const struct lull_instrument *s = c->instrument;
	if (!s->n_items || s->n_items > LULL_SCORE_MAX_ITEMS)
		refuse(c, "items", "1 to 32 items", "the instrument", s->id);
	for (size_t i = 0; i < s->n_items; i++)
		if ((size_t)lull_instrument_item(s, s->items[i].id) != i)
			refuse(c, "items", "ids that differ", "a second item", s->items[i].id);
	if (s->n_domains > LULL_SCORE_MAX_DOMAINS)
		refuse(c, "domains", "at most 4 domains", "the instrument", s->id);
	if (s->n_cut_offs > LULL_SCORE_MAX_FLAGS || s->n_flags > LULL_SCORE_MAX_FLAGS - 1)
		refuse(c, "flags", "at most 8 cut-offs and 7 flags", "the instrument", s->id);
	if (s->n_rules > 1)
		refuse(c, "rules", "at most one rule", "the instrument", s->id);
}

static void check_kind(const struct checking *c)
{
	const struct lull_instrument *s = c->instrument;
	const bool is_risk = s->kind == LULL_SCORE_RISK;
	if (is_risk != (s->n_levels > 0))
		refuse(c, "kind", "levels for the kind risk, and only there", "the instrument", s->id);
	if (!is_risk && !(s->score_min < s->score_max))
		refuse(c, "score_min", "score_min below score_max", "the instrument", s->id);
	if (s->kind == LULL_SCORE_PERCENT && (!s->n_domains || !(s->min_answered_frac > 0)))
		refuse(c, "domains", "domains and min_answered_frac for the kind percent", "the instrument", s->id);
	if (s->kind == LULL_SCORE_SINGLE && s->n_items != 1)
		refuse(c, "items", "one item for the kind single", "the instrument", s->id);
}

static void check_references(const struct checking *c)
{
	const struct lull_instrument *s = c->instrument;
	for (size_t i = 0; i < s->n_domains; i++)
		check_ids(c, "domains", s->domains[i].items, s->domains[i].n_items);
	for (size_t i = 0; i < s->n_limits; i++)
		check_ids(c, "limits", s->limits[i].items, s->limits[i].n_items);
	for (size_t i = 0; i < s->n_flags; i++)
		check_ids(c, "flags", &s->flags[i].item, 1);
	for (size_t i = 0; i < s->n_rules; i++) {
		check_ids(c, "rules", &s->rules[i].easier_item, 1);
		check_ids(c, "rules", s->rules[i].cardinal, s->rules[i].n_cardinal);
	}
	for (size_t i = 0; i < s->n_levels; i++)
		check_ids(c, "levels", s->levels[i].any, s->levels[i].n_any);
	for (size_t i = 0; i < s->n_skips; i++) {
		check_ids(c, "skips", &s->skips[i].item, 1);
		check_ids(c, "skips", s->skips[i].then_no, s->skips[i].n_then_no);
	}
	for (size_t i = 0; i < s->n_mids; i++) {
		bool found = !s->mids[i].domain;
		for (size_t k = 0; k < s->n_domains && !found; k++)
			found = lull_text_eq(s->domains[k].id, s->mids[i].domain);
		if (!found)
			refuse(c, "mids", "the id of one of its domains", "the domain", s->mids[i].domain);
		if (!(s->mids[i].points > 0) && !(s->mids[i].percent > 0))
			refuse(c, "mids", "points, percent or both", "the difference", s->mids[i].id);
	}
	for (size_t i = 0; i < s->n_cut_offs; i++)
		if ((s->cut_offs[i].at_least == s->cut_offs[i].at_least) ==
		    (s->cut_offs[i].at_most == s->cut_offs[i].at_most))
			refuse(c, "cut_offs", "at_least or at_most, one of them", "the cut-off", s->cut_offs[i].id);
}

static void check_instrument(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			     struct lull_diags *diags)
{
	const struct checking c = { object, node, doc, diags };
	check_items(&c);
	check_kind(&c);
	check_wording(&c);
	check_references(&c);
	check_bands(&c, "bands", c.instrument->bands, c.instrument->n_bands);
	check_bands(&c, "finer_bands", c.instrument->finer_bands, c.instrument->n_finer_bands);
}

const struct lull_schema lull_instrument_schema = { "instrument", sizeof(struct lull_instrument), instrument_fields,
						    1, check_instrument };

/* ---- loading ----------------------------------------------------------------------------- */

static int read_one(const struct lull_file *file, struct lull_arena *arena, struct lull_instrument *out,
		    struct lull_diags *diags)
{
	struct lull_doc doc = { 0 };
	int rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &lull_instrument_schema, arena, out, diags);
	return rc;
}

int lull_instruments_load(const struct lull_files *files, struct lull_arena *arena, struct lull_instruments *out,
			  struct lull_diags *diags)
{
	size_t first, end;
	int worst = LULL_OK;
	lull_files_under(files, "instruments/", &first, &end);
	struct lull_instrument *items = LULL_ARENA_NEW(arena, struct lull_instrument, end - first + 1);
	if (!items)
		return LULL_ENOMEM;
	for (size_t i = first; i < end; i++) {
		const int rc = read_one(&files->items[i], arena, &items[i - first], diags);
		if (rc == LULL_ENOMEM)
			return rc;
		if (rc != LULL_OK)
			worst = rc; /* go on: every file's faults are reported */
	}
	*out = (struct lull_instruments){ items, end - first };
	return worst;
}

const struct lull_instrument *lull_instrument_find(const struct lull_instruments *set, const char *id)
{
	for (size_t i = 0; i < set->n_items; i++)
		if (lull_text_eq(set->items[i].id, id))
			return &set->items[i];
	return NULL;
}

int lull_instrument_item(const struct lull_instrument *instrument, const char *id)
{
	for (size_t i = 0; i < instrument->n_items; i++)
		if (lull_text_eq(instrument->items[i].id, id))
			return (int)i;
	return -1;
}
