/* Protocols: their schema, what each one lacks, and the doses it states. */
#include "lull/care/protocol.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"
#include "lull/base/units.h"
#include "lull/base/yaml.h"
#include "lull/num/math.h"
#include "fields.h"
#include "own.h"

const char *const lull_place_names[] = { "chair",     "inpatient_monitored", "home_nasal",
					 "emergency", "research",	     "pump_home",
					 NULL };
const char *const lull_protocol_use_names[] = { "clinical", "research", "simulation", "record_only", NULL };
const char *const lull_salt_names[] = { "base", "hcl", "not_stated", NULL };
const char *const lull_people_names[] = { "adult", "paediatric", NULL };
const char *const lull_part_kind_names[] = { "bolus", "infusion", "dose", "spray", NULL };
const char *const lull_missing_names[] = { "rate",	   "duration", "cap", "step and interval",
					   "wean", "doses of the co-medication", "number of sessions",
					   "strength",	   NULL };
static const char *const monitor_groups[] = { "chair", "inpatient", "home", "depression", NULL };

/* ---- schema -------------------------------------------------------------------------- */

#define P struct lull_part
static const struct lull_field part_fields[] = {
	ENUM(P, kind, lull_part_kind_names),
	FIG_OPT(P, mg_per_kg), FIG_OPT(P, mg), FIG_OPT(P, mg_per_kg_per_h), FIG_OPT(P, mg_per_h),
	FIG_OPT(P, mg_per_kg_high), FIG_OPT(P, over_min), FIG_OPT(P, over_high_min), FIG_OPT(P, at_min),
	FIG_OPT(P, repeats), FIG_OPT(P, every_min), FIG_OPT(P, sprays), FIG_OPT(P, sprays_high),
	FIG_OPT(P, min_mg), FIG_OPT(P, max_mg), FIG_OPT(P, max_mg_per_kg), FIG_OPT(P, max_mg_per_h),
	INT_OPT(P, first_session, 1, 400), INT_OPT(P, last_session, 1, 400),
	{ 0 },
};
static void check_part(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags);
static const struct lull_schema part_schema = { .name = "part", .size = sizeof(P), .fields = part_fields,
						.check = check_part };
#undef P

#define R struct lull_rule_figures
static const struct lull_field rule_fields[] = {
	FIG_OPT(R, start_mg_per_kg_per_h), FIG_OPT(R, raise_mg_per_kg_per_h), FIG_OPT(R, raise_every_h),
	FIG_OPT(R, raise_every_high_h), FIG_OPT(R, cap_mg_per_kg_per_h), FIG_OPT(R, cap_mg_per_h),
	FIG_OPT(R, target_nrs), FIG_OPT(R, target_fall_frac), FIG_OPT(R, hold_at_target_h),
	FIG_OPT(R, wean_mg_per_kg_per_h), FIG_OPT(R, wean_every_h), FIG_OPT(R, max_dur_h),
	{ 0 },
};
static void check_rule(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags);
static const struct lull_schema rule_schema = { .name = "rule", .size = sizeof(R), .fields = rule_fields,
						.check = check_rule };
#undef R

#define C struct lull_comed
static const struct lull_field comed_fields[] = {
	TEXT(C, id), TEXT(C, name), TEXT(C, dose), TEXT(C, when),
	FIG_OPT(C, mg), FIG_OPT(C, mg_per_kg), FIG_OPT(C, max_mg), FIG_OPT(C, units), FIG_OPT(C, max_units),
	TEXT_OPT(C, screen), TEXTS_AS(C, "not_with", not_with, n_not_with, false), BOOL(C, optional),
	TEXT(C, source), MARK(C),
	{ 0 },
};
static const struct lull_schema comed_schema = { .name = "comedication", .size = sizeof(C), .fields = comed_fields };
#undef C

#define O struct lull_observed
static const struct lull_field observed_fields[] = {
	TEXT(O, what), TEXT(O, text), TEXT(O, source), MARK(O), { 0 },
};
static const struct lull_schema observed_schema = { .name = "observed", .size = sizeof(O),
						    .fields = observed_fields };
#undef O

#define Q struct lull_protocol
static const struct lull_field protocol_fields[] = {
	TEXT(Q, id), TEXT(Q, name), TEXTS_AS(Q, "also_called", also_called, n_also_called, false),
	TEXTS_AS(Q, "indications", indications, n_indications, true),
	ENUM(Q, product, lull_product_names), ENUM(Q, salt, lull_salt_names), ENUM(Q, route, lull_route_names),
	FLAGS_AS(Q, "settings", places, lull_place_names, true), ENUM(Q, use, lull_protocol_use_names),
	TEXT(Q, use_reason), TEXT_OPT(Q, adapted_from),
	{ .key = "population", .type = LULL_F_ENUM, .offset = offsetof(Q, people), .required = true,
	  .names = lull_people_names },
	LIST_AS(Q, "parts", parts, n_parts, &part_schema, false),
	{ .key = "rule", .type = LULL_F_OBJECT, .offset = offsetof(Q, rule), .sub = &rule_schema,
	  .present_offset = offsetof(Q, has_rule) },
	BOOL_OPT(Q, is_repeatable), FIG_OPT(Q, sessions), FIG_OPT(Q, spacing_days),
	NUMBERS_AS(Q, "session_days", session_days, n_session_days, 0, 400, "days"),
	FIG_OPT(Q, max_mg), FIG_OPT(Q, max_mg_per_kg), FIG_OPT(Q, bolus_mg_per_ml), FIG_OPT(Q, infusion_mg_per_ml),
	FIG_OPT(Q, spray_mg), FIG_OPT(Q, spray_ml), FIG_OPT(Q, max_sprays_24h), FIG_OPT(Q, max_sprays_7d),
	LIST_AS(Q, "comedication", comedication, n_comedication, &comed_schema, false),
	TEXTS_AS(Q, "not_stated", not_stated, n_not_stated, false),
	TEXTS_AS(Q, "monitoring", monitoring, n_monitoring, true), TEXT(Q, evidence),
	LIST_AS(Q, "observed", observed, n_observed, &observed_schema, false),
	TEXT(Q, source), MARK(Q),
	{ 0 },
};
static void check_protocol(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			   struct lull_diags *diags);
const struct lull_schema lull_protocol_schema = { .name = "protocol", .size = sizeof(Q), .fields = protocol_fields,
						  .check = check_protocol };
#undef Q

static const struct lull_field protocols_fields[] = {
	KEYED_AS(struct lull_protocols, "protocols", items, n_items, &lull_protocol_schema, true),
	{ 0 },
};
const struct lull_schema lull_protocols_schema = { .name = "protocols", .size = sizeof(struct lull_protocols),
						   .fields = protocols_fields, .version = 1 };

/* ---- checks at load ------------------------------------------------------------------ */

static void need_range(const struct lull_figure *f, const char *name, double low, double high,
		       const struct lull_node *node, const struct lull_doc *doc, struct lull_diags *diags)
{
	char a[64], b[64];

	if (!f->stated || (f->value >= low && f->value <= high))
		return;
	lull_node_diag(diags, doc, node, LULL_ERROR, "a number in its range", NULL, "%s outside %s to %s", name,
		       lull_num_text(a, sizeof(a), low, 4), lull_num_text(b, sizeof(b), high, 4));
}

static void need_whole(const struct lull_figure *f, const char *name, double high, const struct lull_node *node,
		       const struct lull_doc *doc, struct lull_diags *diags)
{
	need_range(f, name, 1, high, node, doc, diags);
	if (f->stated && f->value != lull_care__floor(f->value))
		lull_node_diag(diags, doc, node, LULL_ERROR, "a whole number", NULL, "%s that is not whole", name);
}

static int n_amounts(const struct lull_part *part)
{
	return part->mg_per_kg.stated + part->mg.stated + part->mg_per_kg_per_h.stated + part->mg_per_h.stated +
	       part->sprays.stated;
}

static void check_part(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_part *part = object;

	if (n_amounts(part) != 1)
		lull_node_diag(diags, doc, node, LULL_ERROR,
			       "one of mg_per_kg, mg, mg_per_kg_per_h, mg_per_h, sprays", NULL,
			       "%d amounts in a part", n_amounts(part));
	if (part->sprays.stated != (part->kind == LULL_PART_SPRAY))
		lull_node_diag(diags, doc, node, LULL_ERROR, "sprays with kind: spray, and only there", NULL,
			       "kind: %s", lull_part_kind_names[part->kind]);
	if ((part->mg_per_kg_per_h.stated || part->mg_per_h.stated) && part->kind != LULL_PART_INFUSION)
		lull_node_diag(diags, doc, node, LULL_ERROR, "kind: infusion for a rate", NULL, "kind: %s",
			       lull_part_kind_names[part->kind]);
	if (part->first_session && part->last_session && part->last_session < part->first_session)
		lull_node_diag(diags, doc, node, LULL_ERROR, "last_session at or after first_session", NULL,
			       "last_session %d before first_session %d", part->last_session, part->first_session);
	need_range(&part->over_min, "over_min", 0.1, 20000, node, doc, diags);
	need_range(&part->every_min, "every_min", 1, 20000, node, doc, diags);
	need_whole(&part->repeats, "repeats", 100, node, doc, diags);
	need_whole(&part->sprays, "sprays", 20, node, doc, diags);
	need_whole(&part->sprays_high, "sprays_high", 20, node, doc, diags);
}

/* Steps and times that a ladder can be built from. */
static void check_rule(const void *object, const struct lull_node *node, const struct lull_doc *doc,
		       struct lull_diags *diags)
{
	const struct lull_rule_figures *r = object;

	need_range(&r->start_mg_per_kg_per_h, "start_mg_per_kg_per_h", 0.001, 10, node, doc, diags);
	need_range(&r->raise_mg_per_kg_per_h, "raise_mg_per_kg_per_h", 0.001, 10, node, doc, diags);
	need_range(&r->raise_every_h, "raise_every_h", 0.05, 1000, node, doc, diags);
	need_range(&r->cap_mg_per_kg_per_h, "cap_mg_per_kg_per_h", 0.001, 10, node, doc, diags);
	need_range(&r->cap_mg_per_h, "cap_mg_per_h", 0.1, 1000, node, doc, diags);
	need_range(&r->target_nrs, "target_nrs", 0, 10, node, doc, diags);
	need_range(&r->target_fall_frac, "target_fall_frac", 0.01, 1, node, doc, diags);
	need_range(&r->hold_at_target_h, "hold_at_target_h", 0, 1000, node, doc, diags);
	need_range(&r->wean_mg_per_kg_per_h, "wean_mg_per_kg_per_h", 0.001, 10, node, doc, diags);
	need_range(&r->wean_every_h, "wean_every_h", 0.05, 1000, node, doc, diags);
	need_range(&r->max_dur_h, "max_dur_h", 0.1, 1000, node, doc, diags);
	if (r->start_mg_per_kg_per_h.stated && r->cap_mg_per_kg_per_h.stated &&
	    r->start_mg_per_kg_per_h.value > r->cap_mg_per_kg_per_h.value)
		lull_node_diag(diags, doc, node, LULL_ERROR, "a start at or below the cap", NULL, "a start above the cap");
}

static void check_missing(const struct lull_protocol *p, const struct lull_node *node, const struct lull_doc *doc,
			  struct lull_diags *diags)
{
	const uint64_t missing = lull_protocol_missing(p);

	for (int i = 0; lull_missing_names[i]; i++)
		if (missing >> i & 1)
			lull_node_diag(diags, doc, node, LULL_ERROR, "use: record_only",
				       "complete it as a named adapted variant with numbers marked proposed",
				       "use: %s, but the %s is not stated", lull_protocol_use_names[p->use],
				       lull_missing_names[i]);
}

static void check_protocol(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			   struct lull_diags *diags)
{
	const struct lull_protocol *p = object;

	if (p->use == LULL_USE_CLINICAL || p->use == LULL_USE_RESEARCH)
		check_missing(p, node, doc, diags);
	if (p->use == LULL_USE_CLINICAL && p->people != LULL_ADULT)
		lull_node_diag(diags, doc, node, LULL_ERROR, "population: adult",
			       "under 18 is never a clinical use", "a clinical protocol for children");
	if (p->use == LULL_USE_CLINICAL && p->salt != LULL_SALT_BASE)
		lull_node_diag(diags, doc, node, LULL_ERROR, "salt: base", NULL,
			       "a clinical protocol whose doses are not of base");
	if (p->has_rule && p->n_parts)
		lull_node_diag(diags, doc, node, LULL_ERROR, "either rule or parts", NULL, "both rule and parts");
	if (p->n_session_days && (!p->sessions.stated || (double)p->n_session_days != p->sessions.value))
		lull_node_diag(diags, doc, node, LULL_ERROR, "as many session_days as sessions", NULL,
			       "%zu session_days", p->n_session_days);
	need_whole(&p->sessions, "sessions", 400, node, doc, diags);
	need_whole(&p->max_sprays_24h, "max_sprays_24h", 100, node, doc, diags);
	need_whole(&p->max_sprays_7d, "max_sprays_7d", 700, node, doc, diags);
	need_range(&p->spacing_days, "spacing_days", 0.1, 400, node, doc, diags);
	need_range(&p->spray_mg, "spray_mg", 0.1, 1000, node, doc, diags);
	need_range(&p->spray_ml, "spray_ml", 0.01, 10, node, doc, diags);
	need_range(&p->bolus_mg_per_ml, "bolus_mg_per_ml", 0.01, 200, node, doc, diags);
	need_range(&p->infusion_mg_per_ml, "infusion_mg_per_ml", 0.01, 200, node, doc, diags);
	for (size_t i = 1; i < p->n_session_days; i++)
		if (p->session_days[i] <= p->session_days[i - 1])
			lull_node_diag(diags, doc, node, LULL_ERROR, "rising session_days", NULL,
				       "a session day that does not rise");
	for (size_t i = 0; i < p->n_monitoring; i++) {
		size_t j = 0;
		while (monitor_groups[j] && !lull_text_eq(monitor_groups[j], p->monitoring[i]))
			j++;
		if (!monitor_groups[j])
			lull_node_diag(diags, doc, node, LULL_ERROR, "chair, inpatient, home or depression", NULL,
				       "monitoring group '%s'", p->monitoring[i] ? p->monitoring[i] : "");
	}
}

/* ---- what is missing ------------------------------------------------------------------ */

static uint64_t part_missing(const struct lull_protocol *p, const struct lull_part *part)
{
	uint64_t missing = 0;

	if (part->kind == LULL_PART_SPRAY) {
		if (!p->spray_mg.stated || !p->spray_ml.stated)
			missing |= LULL_MISSING_STRENGTH;
		if (!p->max_sprays_24h.stated || !p->max_sprays_7d.stated)
			missing |= LULL_MISSING_CAP;
		return part->every_min.stated ? missing : missing | LULL_MISSING_RATE;
	}
	if (part->kind == LULL_PART_DOSE && p->route == LULL_ROUTE_NASAL)
		missing |= LULL_MISSING_STRENGTH; /* only sprays have one */
	if (part->kind != LULL_PART_DOSE && !part->over_min.stated)
		missing |= LULL_MISSING_DURATION;
	if (part->repeats.stated && part->kind == LULL_PART_DOSE && !part->every_min.stated)
		missing |= LULL_MISSING_RATE;
	return missing;
}

static uint64_t rule_missing(const struct lull_rule_figures *rule)
{
	uint64_t missing = 0;

	if (!rule->start_mg_per_kg_per_h.stated)
		missing |= LULL_MISSING_RATE;
	if (!rule->raise_mg_per_kg_per_h.stated || !rule->raise_every_h.stated)
		missing |= LULL_MISSING_STEP;
	if (!rule->cap_mg_per_kg_per_h.stated)
		missing |= LULL_MISSING_CAP;
	if (!rule->max_dur_h.stated)
		missing |= LULL_MISSING_DURATION;
	if (!rule->wean_mg_per_kg_per_h.stated || !rule->wean_every_h.stated)
		missing |= LULL_MISSING_WEAN;
	return missing;
}

uint64_t lull_protocol_missing(const struct lull_protocol *p)
{
	uint64_t missing = p->has_rule ? rule_missing(&p->rule) : 0;

	if (!p->has_rule && !p->n_parts)
		missing |= LULL_MISSING_RATE | LULL_MISSING_DURATION | LULL_MISSING_CAP;
	for (size_t i = 0; i < p->n_parts; i++)
		missing |= part_missing(p, &p->parts[i]);
	/* A fixed dose given a stated number of times is its own cap; one that may be
	 * repeated or stepped without a number has none. */
	if (p->is_repeatable)
		missing |= LULL_MISSING_CAP;
	if (!p->sessions.stated)
		missing |= LULL_MISSING_SESSIONS;
	for (size_t i = 0; i < p->n_comedication; i++) {
		const struct lull_comed *c = &p->comedication[i];
		if (!c->optional && !c->max_mg.stated && !c->max_units.stated)
			missing |= LULL_MISSING_COMEDICATION;
	}
	return missing;
}

/* ---- loading -------------------------------------------------------------------------- */

static void say(struct lull_diags *diags, const char *file, const char *expected, const char *what, const char *id)
{
	lull_diags_addf(diags, LULL_ERROR, file, 0, 0, expected, NULL, "%s %s", what, id ? id : "");
}

/* Ids used once; adapted_from names a protocol. */
static int check_set(const struct lull_protocols *all, const char *file, struct lull_diags *diags)
{
	const size_t n_errors = diags->n_errors;

	for (size_t i = 0; i < all->n_items; i++) {
		const struct lull_protocol *p = &all->items[i];
		if (lull_protocol_find(all, p->id) != p)
			say(diags, file, "an id used once", "a second protocol", p->id);
		if (p->adapted_from && !lull_protocol_find(all, p->adapted_from))
			say(diags, file, "the id of a protocol", "adapted_from:", p->adapted_from);
	}
	return diags->n_errors == n_errors ? LULL_OK : LULL_EPARSE;
}

int lull_protocols_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
			struct lull_protocols *out, struct lull_diags *diags)
{
	struct lull_doc doc = { 0 };
	int rc = lull_yaml_read(bytes, n, file, arena, &doc, diags);

	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &lull_protocols_schema, arena, out, diags);
	return rc == LULL_OK ? check_set(out, file, diags) : rc;
}

/* Append the protocols of one file. */
static int append_file(const struct lull_files *files, size_t i_file, struct lull_arena *arena, size_t *cap,
		       struct lull_protocols *out, struct lull_diags *diags)
{
	struct lull_protocols some = { 0 };
	const int rc = lull_care__bind(files, files->items[i_file].path, &lull_protocols_schema, arena, &some, diags);

	if (rc != LULL_OK)
		return rc;
	struct lull_protocol *items = lull_arena_grow(arena, out->items, out->n_items, cap,
						      out->n_items + some.n_items, sizeof(*items));
	if (!items)
		return some.n_items ? LULL_ENOMEM : LULL_OK;
	out->items = items;
	for (size_t i = 0; i < some.n_items; i++)
		out->items[out->n_items++] = some.items[i];
	return LULL_OK;
}

int lull_protocols_load(const struct lull_files *files, struct lull_arena *arena, struct lull_protocols *out,
			struct lull_diags *diags)
{
	size_t first = 0, end = 0, cap = 0;
	int rc = LULL_OK;

	*out = (struct lull_protocols){ 0 };
	lull_files_under(files, "protocols/", &first, &end);
	if (first == end) {
		say(diags, "protocols/", "protocol files", "none", NULL);
		return LULL_EPARSE;
	}
	for (size_t i = first; i < end; i++) { /* every file, so that every fault is said */
		const int one = append_file(files, i, arena, &cap, out, diags);
		if (one == LULL_ENOMEM)
			return one;
		rc = rc == LULL_OK ? one : rc;
	}
	return rc == LULL_OK ? check_set(out, "protocols/", diags) : rc;
}

const struct lull_protocol *lull_protocol_find(const struct lull_protocols *protocols, const char *id)
{
	for (size_t i = 0; i < protocols->n_items; i++)
		if (lull_text_eq(protocols->items[i].id, id))
			return &protocols->items[i];
	for (size_t i = 0; i < protocols->n_items; i++)
		for (size_t j = 0; j < protocols->items[i].n_also_called; j++)
			if (lull_text_eq(protocols->items[i].also_called[j], id))
				return &protocols->items[i];
	return NULL;
}

/* ---- what it gives ---------------------------------------------------------------------- */

int lull_protocol_rule(const struct lull_protocol *p, struct lull_rule *out, struct lull_err *err)
{
	const struct lull_rule_figures *f = &p->rule;

	if (!p->has_rule)
		return lull_fail(err, LULL_ENOTFOUND, p->id, "this protocol gives fixed doses, it has no rule");
	*out = (struct lull_rule){
		.start_mg_per_kg_per_h = lull_figure_value(&f->start_mg_per_kg_per_h),
		.raise_mg_per_kg_per_h = lull_figure_value(&f->raise_mg_per_kg_per_h),
		.raise_every_h = lull_figure_value(&f->raise_every_h),
		.cap_mg_per_kg_per_h = lull_figure_value(&f->cap_mg_per_kg_per_h),
		.cap_mg_per_h = lull_figure_value(&f->cap_mg_per_h),
		.target_nrs = lull_figure_value(&f->target_nrs),
		.target_fall_frac = lull_figure_value(&f->target_fall_frac),
		.hold_at_target_h = lull_figure_value(&f->hold_at_target_h),
		.wean_mg_per_kg_per_h = lull_figure_value(&f->wean_mg_per_kg_per_h),
		.wean_every_h = lull_figure_value(&f->wean_every_h),
		.max_dur_h = lull_figure_value(&f->max_dur_h),
		.reduce_frac = NAN, .reduce_sedation_moaas = NAN, .stop_sedation_moaas = NAN,
		.reduce_sbp_mmhg = NAN, .stop_sbp_mmhg = NAN, .reduce_dbp_mmhg = NAN, .stop_dbp_mmhg = NAN,
		.reduce_hr_per_min = NAN, .stop_hr_per_min = NAN, .reduce_spo2_pct = NAN, .stop_spo2_pct = NAN,
		.reduce_dissociation = NAN, .stop_dissociation = NAN, .resume_after_min = NAN, .resume_frac = NAN,
	};
	return LULL_OK;
}

int lull_protocol_days(const struct lull_protocol *p, struct lull_arena *arena, double **days, size_t *n,
		       struct lull_err *err)
{
	const size_t n_sessions = p->sessions.stated ? (size_t)p->sessions.value : 1;
	double *d = LULL_ARENA_NEW(arena, double, n_sessions);

	if (!d)
		return lull_nomem(err);
	if (!p->n_session_days && n_sessions > 1 && !p->spacing_days.stated)
		return lull_fail(err, LULL_EDOMAIN, p->id, "the spacing of its %zu sessions is not stated", n_sessions);
	for (size_t i = 0; i < n_sessions; i++)
		d[i] = p->n_session_days ? p->session_days[i] : i ? (double)i * p->spacing_days.value : 0;
	*days = d;
	*n = n_sessions;
	return LULL_OK;
}

static bool part_in_session(const struct lull_part *part, size_t session)
{
	const int number = (int)session + 1;

	return number >= part->first_session && (!part->last_session || number <= part->last_session);
}

/* mg of one giving of the part, bounds of the part's total shared between its repeats. */
static double part_mg(const struct lull_part *part, double kg, double n_repeats)
{
	const double h = part->over_min.stated ? lull_h_from_min(part->over_min.value) : 0;
	double mg = 0;

	if (part->mg_per_kg.stated)
		mg = part->mg_per_kg.value * kg;
	else if (part->mg.stated)
		mg = part->mg.value;
	else if (part->mg_per_kg_per_h.stated)
		mg = part->mg_per_kg_per_h.value * kg * h;
	else if (part->mg_per_h.stated)
		mg = part->mg_per_h.value * h;
	if (part->min_mg.stated)
		mg = lull_max(mg, part->min_mg.value / n_repeats);
	if (part->max_mg.stated)
		mg = lull_min(mg, part->max_mg.value / n_repeats);
	if (part->max_mg_per_kg.stated)
		mg = lull_min(mg, part->max_mg_per_kg.value * kg / n_repeats);
	if (part->max_mg_per_h.stated && h > 0)
		mg = lull_min(mg, part->max_mg_per_h.value * h);
	return mg;
}

/* Sprays: the fullest day, each giving the larger number until the day's cap. */
static size_t spray_count(const struct lull_protocol *p, const struct lull_part *part)
{
	const double each = part->sprays_high.stated ? part->sprays_high.value : part->sprays.value;

	return p->max_sprays_24h.stated && each > 0 ? (size_t)lull_care__ceil(p->max_sprays_24h.value / each) : 1;
}

static size_t part_count(const struct lull_protocol *p, const struct lull_part *part)
{
	if (part->kind == LULL_PART_SPRAY)
		return spray_count(p, part);
	return part->repeats.stated && part->repeats.value > 1 ? (size_t)part->repeats.value : 1;
}

static double put_part(const struct lull_protocol *p, const struct lull_part *part, double kg, double from_h,
		       struct lull_dose *doses, const struct lull_part **parts, size_t *n)
{
	const size_t n_times = part_count(p, part);
	const double h = part->over_min.stated ? lull_h_from_min(part->over_min.value) : 0;
	const double every_h = part->every_min.stated ? lull_h_from_min(part->every_min.value) : h;
	double t_h = part->at_min.stated ? lull_h_from_min(part->at_min.value) : from_h, left = 0;

	if (part->kind == LULL_PART_SPRAY)
		left = p->max_sprays_24h.stated ? p->max_sprays_24h.value : part->sprays.value;
	for (size_t i = 0; i < n_times; i++, t_h += every_h) {
		double mg = part_mg(part, kg, (double)n_times);
		if (part->kind == LULL_PART_SPRAY) {
			const double each = part->sprays_high.stated ? part->sprays_high.value : part->sprays.value;
			const double now = lull_min(each, left);
			left -= now;
			mg = now * (p->spray_mg.stated ? p->spray_mg.value : 0);
		}
		parts[*n] = part;
		doses[(*n)++] = (struct lull_dose){ .t_h = t_h, .amount_mg = mg, .dur_h = h };
	}
	return t_h - every_h + h;
}

int lull_care__doses(const struct lull_protocol *p, size_t session, double dosing_kg, struct lull_arena *arena,
		     struct lull_regimen *out, const struct lull_part ***out_parts, struct lull_err *err)
{
	size_t n = 0, at = 0;
	double from_h = 0;

	if (p->has_rule)
		return lull_fail(err, LULL_EUNSUPPORTED, p->id, "this protocol responds to effect: use its rule");
	for (size_t i = 0; i < p->n_parts; i++)
		n += part_in_session(&p->parts[i], session) ? part_count(p, &p->parts[i]) : 0;
	struct lull_dose *doses = LULL_ARENA_NEW(arena, struct lull_dose, n + 1);
	const struct lull_part **parts = LULL_ARENA_NEW(arena, const struct lull_part *, n + 1);
	if (!doses || !parts)
		return lull_nomem(err);
	for (size_t i = 0; i < p->n_parts; i++)
		if (part_in_session(&p->parts[i], session))
			from_h = put_part(p, &p->parts[i], dosing_kg, from_h, doses, parts, &at);
	*out = (struct lull_regimen){ .product = (enum lull_product)p->product, .route = (enum lull_route)p->route,
				      .doses = doses, .n_doses = at };
	*out_parts = parts;
	return LULL_OK;
}

int lull_protocol_doses(const struct lull_protocol *p, size_t session, double dosing_kg, struct lull_arena *arena,
			struct lull_regimen *out, struct lull_err *err)
{
	const struct lull_part **parts = NULL;

	if (!(dosing_kg > 0))
		return lull_fail(err, LULL_EDOMAIN, "dosing_kg", "a dosing weight is above 0");
	return lull_care__doses(p, session, dosing_kg, arena, out, &parts, err);
}
