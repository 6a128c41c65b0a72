/* The plan: gates, weights, strengths, sessions, limits over the course, what goes with it, the verdict. */
#include "lull/care/plan.h"

#include <math.h>

#include "lull/base/text.h"
#include "lull/base/units.h"
#include "lull/num/math.h"
#include "own.h"

const char *const lull_plan_status_names[] = { "ready", "draft", "needs_reason", "refused", NULL };
const char *const lull_plan_grade_names[] = { "note", "warning", "ask", "needs_reason", "refused", NULL };
const char *const lull_step_kind_names[] = { "bolus", "infusion", "titrate", "wean", "spray", NULL };

/* ---- knowledge ----------------------------------------------------------------------- */

int lull_plan_kb_load(const struct lull_files *files, struct lull_arena *arena, struct lull_plan_kb *out,
		      struct lull_diags *diags)
{
	*out = (struct lull_plan_kb){ .hash = files->hash };
	const int rcs[] = {
		lull_protocols_load(files, arena, &out->protocols, diags),
		lull_limits_load(files, arena, &out->limits, diags),
		lull_pump_load(files, arena, &out->pump, diags),
		lull_monitoring_load(files, arena, &out->monitoring, diags),
		lull_rescue_load(files, arena, &out->rescue, diags),
		lull_lists_load(files, arena, &out->lists, diags),
		lull_cost__load(files, arena, &out->cost, diags),
	};
	for (size_t i = 0; i < sizeof(rcs) / sizeof(rcs[0]); i++)
		if (rcs[i] != LULL_OK)
			return rcs[i];
	return LULL_OK;
}

/* A site's number takes the place of the shipped one; the site is its source. */
static void take_number(double value, struct lull_figure *figure)
{
	if (!lull_is_nan(value))
		*figure = (struct lull_figure){ .value = value, .source = "site", .mark = LULL_PROPOSED,
						.note = "set by the site", .stated = true };
}

static int take_strengths(const struct lull_site_file *site, struct lull_arena *arena, struct lull_pump_kb *pump,
			  struct lull_err *err)
{
	const size_t n = site->n_strengths + pump->n_standard;
	struct lull_standard_strength *all = LULL_ARENA_NEW(arena, struct lull_standard_strength, n + 1);

	if (!all)
		return lull_nomem(err);
	for (size_t i = 0; i < site->n_strengths; i++) /* first, so that they are found first */
		all[i] = (struct lull_standard_strength){ .place = site->strengths[i].place,
							  .route = site->strengths[i].route,
							  .mg_per_ml = site->strengths[i].mg_per_ml,
							  .source = "site", .mark = LULL_PROPOSED };
	for (size_t i = 0; i < pump->n_standard; i++)
		all[site->n_strengths + i] = pump->standard[i];
	pump->standard = all;
	pump->n_standard = n;
	return LULL_OK;
}

/* Signed cards of the site over the shipped ones of the same id, else beside them. */
static int take_cards(const struct lull_site_file *site, struct lull_arena *arena, struct lull_rescue *rescue,
		      struct lull_err *err)
{
	const size_t n = site->n_rescue + rescue->n_cards;
	struct lull_rescue_card *all = LULL_ARENA_NEW(arena, struct lull_rescue_card, n + 1);
	size_t n_all = rescue->n_cards;

	if (!all)
		return lull_nomem(err);
	for (size_t i = 0; i < rescue->n_cards; i++)
		all[i] = rescue->cards[i];
	for (size_t i = 0; i < site->n_rescue; i++) {
		size_t j = 0;
		while (j < n_all && !lull_text_eq(all[j].id, site->rescue[i].id))
			j++;
		all[j] = site->rescue[i];
		n_all += j == n_all;
	}
	rescue->cards = all;
	rescue->n_cards = n_all;
	return LULL_OK;
}

static int unknown_price(const struct lull_plan_kb *kb, const char *id, struct lull_err *err)
{
	struct lull_buf ids = { .max = 300 };

	for (size_t i = 0; i < kb->cost.n_items; i++)
		lull_buf_printf(&ids, "%s%s", i ? ", " : "", kb->cost.items[i].id);
	(void)lull_fail(err, LULL_ENOTFOUND, "prices", "nothing is priced by the id '%s'", id);
	lull_mend(err, "there are: %s", lull_buf_text(&ids));
	lull_buf_clear(&ids);
	return LULL_ENOTFOUND;
}

int lull_plan_kb_with_site(const struct lull_plan_kb *kb, const struct lull_site_file *site,
			   struct lull_arena *arena, struct lull_plan_kb *out, struct lull_err *err)
{
	*out = *kb;
	out->site = site;
	for (size_t i = 0; i < site->n_prices; i++) {
		size_t j = 0;
		while (j < kb->cost.n_items && !lull_text_eq(kb->cost.items[j].id, site->prices[i].id))
			j++;
		if (j == kb->cost.n_items)
			return unknown_price(kb, site->prices[i].id, err);
	}
	take_number(site->rate_increment_ml_per_h, &out->pump.rate_increment_ml_per_h);
	take_number(site->rate_min_ml_per_h, &out->pump.rate_min_ml_per_h);
	take_number(site->rate_max_ml_per_h, &out->pump.rate_max_ml_per_h);
	take_number(site->syringe_increment_ml, &out->pump.syringe_increment_ml);
	take_number(site->prime_ml, &out->pump.prime_ml);
	if (site->n_bags_ml) {
		out->pump.bags_ml = site->bags_ml;
		out->pump.n_bags_ml = site->n_bags_ml;
	}
	if (site->n_vials) {
		out->pump.vials = site->vials;
		out->pump.n_vials = site->n_vials;
	}
	int rc = take_strengths(site, arena, &out->pump, err);
	if (rc == LULL_OK)
		rc = take_cards(site, arena, &out->rescue, err);
	return rc == LULL_OK ? lull_limits_overlay(&kb->limits, site->limits, site->n_limits, arena, &out->limits, err) :
			       rc;
}

/* ---- findings -------------------------------------------------------------------------- */

static bool same_number(double a, double b)
{
	return a == b || (lull_is_nan(a) && lull_is_nan(b));
}

struct lull_plan_finding *lull_plan__say(struct lull_plan__maker *m, enum lull_plan_grade grade, const char *id,
					 int session, double wanted, const char *fmt, ...)
{
	struct lull_plan *plan = m->plan;
	va_list ap;

	for (size_t i = 0; i < plan->n_findings; i++)
		if (plan->findings[i].grade == grade && lull_text_eq(plan->findings[i].id, id) &&
		    same_number(plan->findings[i].wanted, wanted))
			return NULL;
	va_start(ap, fmt);
	struct lull_buf buf = { 0 };
	lull_buf_vprintf(&buf, fmt, ap);
	va_end(ap);
	const char *copy = lull_arena_strdup(m->arena, lull_buf_text(&buf));
	m->is_out_of_memory |= buf.failed;
	lull_buf_clear(&buf);
	struct lull_plan_finding *items = lull_arena_grow(m->arena, plan->findings, plan->n_findings, &m->cap_findings,
							  plan->n_findings + 1, sizeof(*items));
	if (!copy || !items) {
		m->is_out_of_memory = true;
		return NULL;
	}
	plan->findings = items;
	items[plan->n_findings] = (struct lull_plan_finding){ .grade = grade, .id = id, .text = copy, .wanted = wanted,
							      .allowed = NAN, .session = session,
							      .source = "lull_plan_default", .mark = LULL_PROPOSED };
	return &items[plan->n_findings++];
}

static const struct lull_plan_reason *reason_for(const struct lull_plan_request *request, const char *id)
{
	for (size_t i = 0; i < request->n_reasons; i++)
		if (lull_text_eq(request->reasons[i].id, id) && request->reasons[i].reason)
			return &request->reasons[i];
	return NULL;
}

struct lull_plan_finding *lull_plan__need_reason(struct lull_plan__maker *m, const char *id, int session, double wanted,
						 const char *text)
{
	const struct lull_plan_reason *reason = reason_for(m->request, id);
	struct lull_plan_finding *f =
		lull_plan__say(m, reason ? LULL_PLAN_NOTE : LULL_PLAN_REASON, id, session, wanted, "%s", text);

	if (f && reason) {
		f->reason = reason->reason;
		f->reason_by = reason->by;
	}
	return f;
}

/* The finding in which this limit was hit before; steps of a ladder hit the same one. */
static struct lull_plan_finding *earlier_hit(struct lull_plan__maker *m, const char *id, bool is_hard)
{
	for (size_t i = 0; i < m->plan->n_findings; i++) {
		struct lull_plan_finding *f = &m->plan->findings[i];
		if (lull_text_eq(f->id, id) && (f->grade == LULL_PLAN_HARD) == is_hard)
			return f;
	}
	return NULL;
}

/* A limit is said once, with the value that passes it furthest. */
static void say_hit(struct lull_plan__maker *m, enum lull_limit_what what, double value, int session,
		    const struct lull_limit *hit, bool is_hard)
{
	const struct lull_figure *figure = is_hard ? &hit->hard : &hit->soft;
	char wanted[64], allowed[64];
	const char *text = lull_arena_printf(
		m->arena, "%s %s %s is %s the %s limit of %s %s%s%s", lull_limit_words(what),
		lull_num_text(wanted, sizeof(wanted), value, 3), lull_limit_unit(what),
		lull_limit_is_least(what) ? "below" : "above", is_hard ? "hard" : "soft",
		lull_num_text(allowed, sizeof(allowed), figure->value, 3), lull_limit_unit(what),
		hit->because ? ": " : "", hit->because ? hit->because : "");

	if (!text) {
		m->is_out_of_memory = true;
		return;
	}
	struct lull_plan_finding *earlier = earlier_hit(m, hit->id, is_hard);
	if (earlier) {
		if (lull_limit_is_least(what) ? value < earlier->wanted : value > earlier->wanted) {
			earlier->wanted = value;
			earlier->text = text;
		}
		return;
	}
	struct lull_plan_finding *f = is_hard ?
					      lull_plan__say(m, LULL_PLAN_HARD, hit->id, session, value, "%s", text) :
					      lull_plan__need_reason(m, hit->id, session, value, text);
	if (!f)
		return;
	f->allowed = figure->value;
	f->unit = lull_limit_unit(what);
	f->source = figure->source;
	f->mark = (enum lull_mark)figure->mark;
}

void lull_plan__judge(struct lull_plan__maker *m, enum lull_limit_what what, double value, int session)
{
	const struct lull_limit *hit = NULL;
	const struct lull_limit_scope *s = &m->scope;

	switch (lull_limits_judge(&m->kb->limits, what, s, value, &hit)) {
	case LULL_WITHIN:
		return;
	case LULL_PAST_SOFT:
		say_hit(m, what, value, session, hit, false);
		return;
	case LULL_PAST_HARD:
		say_hit(m, what, value, session, hit, true);
		return;
	case LULL_NO_LIMIT:
		break;
	}
	const char *id = lull_arena_printf(m->arena, "PLAN-NO-LIMIT-%s", lull_limit_what_names[what]);
	m->is_out_of_memory |= !id;
	(void)lull_plan__say(m, LULL_PLAN_HARD, id ? id : "PLAN-NO-LIMIT", session, NAN,
			     "no limit is known for the %s of %s by %s in this setting (%s): the site must set one (%s)",
			     lull_limit_words(what), lull_product_names[s->product], lull_route_names[s->route],
			     lull_place_names[s->place], lull_limit_what_names[what]);
}

void lull_plan__judge_hard(struct lull_plan__maker *m, enum lull_limit_what what, double value, int session)
{
	const struct lull_limit *hit = NULL;

	if (lull_limits_judge(&m->kb->limits, what, &m->scope, value, &hit) == LULL_PAST_HARD)
		say_hit(m, what, value, session, hit, true);
}

const struct lull_plan_finding *lull_plan_gravest(const struct lull_plan *plan)
{
	return plan->n_findings ? &plan->findings[0] : NULL; /* sorted */
}

/* ---- gates ----------------------------------------------------------------------------- */

static void block(struct lull_plan__maker *m, const char *id, const char *text)
{
	(void)lull_plan__say(m, LULL_PLAN_HARD, id, 0, NAN, "%s", text);
	m->is_blocked = true;
}

static void gate_use(struct lull_plan__maker *m)
{
	const struct lull_protocol *p = m->plan->protocol;
	struct lull_plan_finding *f = NULL;

	switch ((enum lull_use)p->use) {
	case LULL_USE_CLINICAL:
		return;
	case LULL_USE_RESEARCH:
		if (m->request->has_place && m->request->place == LULL_AT_RESEARCH) {
			f = lull_plan__say(m, LULL_PLAN_WARN, "PLAN-RESEARCH", 0, NAN,
					   "research only: %s", p->use_reason);
			break;
		}
		f = lull_plan__say(m, LULL_PLAN_HARD, "PLAN-RESEARCH", 0, NAN,
				   "%s is a research protocol: it is planned only in the research setting. %s", p->id,
				   p->use_reason);
		m->is_blocked = true;
		break;
	case LULL_USE_SIMULATION:
	case LULL_USE_RECORD_ONLY:
		f = lull_plan__say(m, LULL_PLAN_HARD, "PLAN-USE", 0, NAN, "%s is for %s and has no pump sheet. %s", p->id,
				   p->use == LULL_USE_SIMULATION ? "simulation only" : "the record only", p->use_reason);
		m->is_blocked = true;
		break;
	}
	if (f) {
		f->source = p->source;
		f->mark = (enum lull_mark)p->mark;
	}
}

static void gate_place(struct lull_plan__maker *m)
{
	const struct lull_protocol *p = m->plan->protocol;
	int place = 0;

	while (place < LULL_N_PLACES && !(p->places >> place & 1))
		place++;
	if (m->request->has_place)
		place = (int)m->request->place;
	m->plan->place = (enum lull_place)(place < LULL_N_PLACES ? place : 0);
	m->plan->product = (enum lull_product)p->product;
	m->plan->route = (enum lull_route)p->route;
	m->scope = (struct lull_limit_scope){ .place = m->plan->place, .product = m->plan->product,
					      .route = m->plan->route, .protocol_id = p->id };
	if (!(p->places >> place & 1)) {
		(void)lull_plan__say(m, LULL_PLAN_HARD, "PLAN-SETTING", 0, NAN, "%s is not for this setting (%s)", p->id,
				     lull_place_names[m->plan->place]);
		m->is_blocked = true;
	}
	if (m->request->has_route && (int)m->request->route != p->route) {
		(void)lull_plan__say(m, LULL_PLAN_HARD, "PLAN-ROUTE", 0, NAN,
				     "%s is given by %s; doses are not converted to %s", p->id,
				     lull_route_names[p->route], lull_route_names[m->request->route]);
		m->is_blocked = true;
	}
}

/* Under 18 never; an age nobody knows is not an adult's. */
static void gate_age(struct lull_plan__maker *m)
{
	const double age_y = lull_patient_age_y(m->patient, m->request->day);

	if (lull_is_nan(age_y))
		block(m, "PLAN-AGE", "the age is not known; Lull plans for adults only");
	else if (age_y < 18)
		block(m, "PLAN-AGE", "under 18: outside Lull's scope, never a clinical plan");
}

/* ---- weight ---------------------------------------------------------------------------- */

static const struct lull_unit_swap weight_swaps[] = {
	{ 1 / 0.45359237, "pounds taken for kilograms" },
	{ 0.45359237, "kilograms converted as if they were pounds" },
};

/* The measured weight before this one. */
static const struct lull_weight *weight_before(const struct lull_patient *patient, const struct lull_weight *now)
{
	const struct lull_weight *best = NULL;

	for (size_t i = 0; i < patient->n_weights; i++) {
		const struct lull_weight *w = &patient->weights[i];
		if (w != now && w->day < now->day && (!best || w->day > best->day))
			best = w;
	}
	return best;
}

static void check_change(struct lull_plan__maker *m, const struct lull_weight *now)
{
	const struct lull_weight_rule *rule = &m->kb->pump.weight;
	const struct lull_weight *before = weight_before(m->patient, now);
	const char *said = NULL;
	char a[64], b[64];

	if (!before)
		return;
	lull_num_text(a, sizeof(a), now->kg, 1);
	lull_num_text(b, sizeof(b), before->kg, 1);
	if (lull_entry_check(now->kg, before->kg, weight_swaps, 2, 1e9, &said) != LULL_ENTRY_FINE) {
		(void)lull_plan__say(m, LULL_PLAN_HARD, "PLAN-ENTRY-WEIGHT", 0, now->kg,
				     "the weight of %s kg against %s kg before looks like %s: weigh again", a, b, said);
		return;
	}
	const double change = fabs(now->kg - before->kg) / before->kg;
	if (change > rule->change_frac.value)
		(void)lull_plan__say(m, LULL_PLAN_ASK, "PLAN-WEIGHT-CHANGE", 0, now->kg,
				     "the weight changed from %s to %s kg, more than %.0f %%: a second person checks it", b, a,
				     100 * rule->change_frac.value);
}

static void check_weight(struct lull_plan__maker *m, const struct lull_weight *w)
{
	struct lull_plan *plan = m->plan;
	const struct lull_weight_rule *rule = &m->kb->pump.weight;
	const double bmi = plan->weights.bmi;
	char text[64];

	plan->weight_day = w->day;
	plan->weight_measured = w->how == LULL_WEIGHT_MEASURED;
	plan->weight_is_of_the_day = plan->weight_measured && w->day == plan->day && plan->day != LULL_DAY_NONE;
	lull_plan__judge(m, LULL_LIM_WEIGHT_MIN_KG, w->kg, 0);
	lull_plan__judge(m, LULL_LIM_WEIGHT_MAX_KG, w->kg, 0);
	check_change(m, w);
	if (bmi < rule->bmi_low.value || bmi > rule->bmi_high.value)
		(void)lull_plan__say(m, LULL_PLAN_ASK, "PLAN-BMI", 0, bmi,
				     "a body mass index of %s is hardly possible: a second person checks weight and height",
				     lull_num_text(text, sizeof(text), bmi, 1));
	if (plan->route != LULL_ROUTE_IV)
		return;
	if (!plan->weight_is_of_the_day)
		(void)lull_plan__say(m, LULL_PLAN_ASK, "PLAN-WEIGH-TODAY", 0, NAN,
				     "weigh today: an infusion needs a weight measured on its day");
	if (plan->weights.is_capped)
		(void)lull_plan__say(m, LULL_PLAN_NOTE, "PLAN-WEIGHT-CAP", 0, plan->weights.dosing_kg,
				     "the dosing weight is capped at %s kg",
				     lull_num_text(text, sizeof(text), rule->cap_kg.value, 1));
}

static enum lull_body body_of(int sex)
{
	return sex == LULL_SEX_MALE ? LULL_BODY_MALE : sex == LULL_SEX_FEMALE ? LULL_BODY_FEMALE : LULL_BODY_UNKNOWN;
}

/* Doses per kg need a weight and a height; sprays do not. */
static void gate_weight(struct lull_plan__maker *m)
{
	const struct lull_weight *w = lull_patient_weight(m->patient, m->request->day);
	const bool is_needed = m->plan->route != LULL_ROUTE_NASAL;

	lull_dosing_weights(&m->kb->pump.weight, w ? w->kg : NAN, m->patient->height_cm, body_of(m->patient->sex),
			    &m->plan->weights);
	m->plan->weight_day = LULL_DAY_NONE;
	if (w)
		check_weight(m, w);
	if (!is_needed)
		return;
	if (!w)
		block(m, "PLAN-WEIGHT", "the weight is not known: weigh the patient");
	else if (lull_is_nan(m->plan->weights.dosing_kg))
		block(m, "PLAN-HEIGHT", "the height is not known, so the dosing weight is not: measure it");
}

/* ---- strengths ---------------------------------------------------------------------------- */

static void check_strength(struct lull_plan__maker *m, const char *id, const char *name, double asked, double standard)
{
	const char *said = NULL;
	char a[64], b[64];
	const double far = m->kb->pump.entry_factor_low.value;

	if (!(asked > 0) || asked == standard)
		return;
	const enum lull_entry_slip slip = lull_entry_check(asked, standard, NULL, 0, far, &said);
	const char *text = lull_arena_printf(m->arena, "%s of %s mg/mL where the standard is %s mg/mL%s%s", name,
					     lull_num_text(a, sizeof(a), asked, 3),
					     lull_num_text(b, sizeof(b), standard, 3),
					     slip == LULL_ENTRY_FINE ? "" : ": ", slip == LULL_ENTRY_FINE ? "" : said);
	m->is_out_of_memory |= !text;
	(void)lull_plan__need_reason(m, id, 0, asked, text ? text : "");
}

static void set_strengths(struct lull_plan__maker *m)
{
	const struct lull_protocol *p = m->plan->protocol;
	const struct lull_plan_request *r = m->request;
	const double standard = p->infusion_mg_per_ml.stated ?
					p->infusion_mg_per_ml.value :
					lull_standard_mg_per_ml(&m->kb->pump, m->plan->place, m->plan->route);
	const double bolus = p->bolus_mg_per_ml.stated ? p->bolus_mg_per_ml.value : m->kb->pump.bolus_mg_per_ml.value;

	m->plan->infusion_mg_per_ml = r->infusion_mg_per_ml > 0 ? r->infusion_mg_per_ml : standard;
	m->plan->bolus_mg_per_ml = r->bolus_mg_per_ml > 0 ? r->bolus_mg_per_ml : bolus;
	if (m->plan->route != LULL_ROUTE_IV)
		return;
	if (lull_is_nan(m->plan->infusion_mg_per_ml))
		block(m, "PLAN-STRENGTH", "no standard strength is set for this setting: name one or let the site set it");
	check_strength(m, "PLAN-ENTRY-STRENGTH", "an infusion", r->infusion_mg_per_ml, standard);
	check_strength(m, "PLAN-ENTRY-BOLUS-STRENGTH", "a bolus", r->bolus_mg_per_ml, bolus);
}

/* ---- changes of the protocol ----------------------------------------------------------------- */

/* A change of dose or time: needs a reason; a slip of ten or of units is said in it. */
static void check_change_of(struct lull_plan__maker *m, const char *name, double asked, double published,
			    const struct lull_unit_swap *swap)
{
	const char *said = NULL;
	char a[64], b[64];
	const enum lull_entry_slip slip =
		lull_entry_check(asked, published, swap, swap ? 1 : 0, m->kb->pump.entry_factor_low.value, &said);
	const char *text = lull_arena_printf(m->arena, "%s is changed from %s to %s%s%s", name,
					     lull_num_text(a, sizeof(a), published, 3),
					     lull_num_text(b, sizeof(b), asked, 3),
					     slip == LULL_ENTRY_FINE ? "" : ": ", slip == LULL_ENTRY_FINE ? "" : said);

	m->is_out_of_memory |= !text;
	(void)lull_plan__need_reason(m, slip == LULL_ENTRY_FINE ? LULL_PLAN_ADJUSTED : "PLAN-ENTRY-DOSE", 0, asked,
				     text ? text : "");
}

static int first_infusion(const struct lull_protocol *p, size_t *i)
{
	for (*i = 0; *i < p->n_parts; ++*i)
		if (p->parts[*i].kind == LULL_PART_INFUSION)
			return LULL_OK;
	return LULL_ENOTFOUND;
}

/* A copy of the protocol with the request's changes. */
static int adjust(struct lull_plan__maker *m, const struct lull_protocol *p, struct lull_err *err)
{
	const struct lull_plan_request *r = m->request;
	struct lull_protocol *copy = LULL_ARENA_NEW(m->arena, struct lull_protocol, 1);
	struct lull_part *parts = LULL_ARENA_NEW(m->arena, struct lull_part, p->n_parts + 1);
	size_t i = 0;

	if (!copy || !parts)
		return lull_nomem(err);
	*copy = *p;
	for (size_t k = 0; k < p->n_parts; k++)
		parts[k] = p->parts[k];
	copy->parts = parts;
	m->plan->protocol = copy;
	if (!(r->mg_per_kg > 0) && !(r->over_min > 0))
		return LULL_OK;
	if (first_infusion(p, &i) != LULL_OK)
		return lull_fail(err, LULL_EDOMAIN, "request", "%s has no infusion of fixed dose to change", p->id);
	if (r->mg_per_kg > 0) {
		if (!parts[i].mg_per_kg.stated)
			return lull_fail(err, LULL_EDOMAIN, "mg_per_kg", "%s is not dosed in mg/kg", p->id);
		const struct lull_unit_swap swap = { m->plan->weights.dosing_kg, "mg taken for mg/kg" };
		check_change_of(m, "the dose in mg/kg", r->mg_per_kg, parts[i].mg_per_kg.value, &swap);
		parts[i].mg_per_kg.value = r->mg_per_kg;
		parts[i].mg_per_kg.mark = LULL_PROPOSED;
	}
	if (r->over_min > 0) {
		const struct lull_unit_swap swap = { 1.0 / 60, "hours taken for minutes" };
		check_change_of(m, "the time in minutes", r->over_min, parts[i].over_min.value, &swap);
		parts[i].over_min.value = r->over_min;
		parts[i].over_min.mark = LULL_PROPOSED;
	}
	return LULL_OK;
}

static int set_rule(struct lull_plan__maker *m, struct lull_err *err)
{
	struct lull_plan *plan = m->plan;
	const double cap = m->request->cap_mg_per_kg_per_h;

	if (!plan->protocol->has_rule)
		return cap > 0 ? lull_fail(err, LULL_EDOMAIN, "cap_mg_per_kg_per_h", "%s has no cap to change",
					   plan->protocol->id) :
				 LULL_OK;
	const int rc = lull_protocol_rule(plan->protocol, &plan->rule, err);
	if (rc != LULL_OK)
		return rc;
	lull_monitor_arm(&m->kb->monitoring, &plan->rule);
	plan->has_rule = true;
	if (!(cap > 0))
		return LULL_OK;
	if (cap > plan->rule.cap_mg_per_kg_per_h || cap < plan->rule.start_mg_per_kg_per_h)
		return lull_fail(err, LULL_EDOMAIN, "cap_mg_per_kg_per_h",
				 "a cap may only be lowered, from %g to no less than the start of %g",
				 plan->rule.cap_mg_per_kg_per_h, plan->rule.start_mg_per_kg_per_h);
	const struct lull_unit_swap swap = { 1000.0 / 60, "mcg/kg/min taken for mg/kg/h" };
	check_change_of(m, "the cap in mg/kg/h", cap, plan->rule.cap_mg_per_kg_per_h, &swap);
	plan->rule.cap_mg_per_kg_per_h = cap;
	return LULL_OK;
}

/* ---- the course ------------------------------------------------------------------------------- */

static int make_sessions(struct lull_plan__maker *m, struct lull_err *err)
{
	struct lull_plan *plan = m->plan;
	double *days = NULL;
	size_t n = 0;
	int rc = lull_protocol_days(plan->protocol, m->arena, &days, &n, err);

	if (rc != LULL_OK)
		return rc;
	plan->sessions = LULL_ARENA_NEW(m->arena, struct lull_plan_session, n);
	if (!plan->sessions)
		return lull_nomem(err);
	plan->n_sessions = n;
	for (size_t i = 0; i < n; i++) {
		plan->sessions[i].number = (int)i + 1;
		plan->sessions[i].day = days[i];
		rc = lull_plan__session(m, i, err);
		if (rc != LULL_OK)
			return rc;
		plan->course_mg += plan->sessions[i].mg;
	}
	plan->course_mg_per_kg = plan->course_mg / plan->weights.dosing_kg;
	return LULL_OK;
}

/* What was given before, as far as the record says it. */
static void judge_past(struct lull_plan__maker *m)
{
	const struct lull_ketamine_past *past = &m->patient->ketamine;
	struct lull_plan *plan = m->plan;
	double year = (double)plan->n_sessions;
	bool is_known = past->any != LULL_ABSENT && past->any != LULL_UNKNOWN;
	lull_day last = LULL_DAY_NONE;

	for (size_t i = 0; i < past->n_series; i++) {
		const struct lull_ketamine_series *s = &past->series[i];
		if (s->last == LULL_DAY_NONE || plan->day == LULL_DAY_NONE) {
			is_known = false;
			continue;
		}
		if (s->last > last && s->last <= plan->day)
			last = s->last;
		if (s->last < plan->day - 365)
			continue;
		if (lull_is_nan(s->n_sessions))
			is_known = false;
		else
			year += s->n_sessions;
	}
	if (plan->route == LULL_ROUTE_IV)
		lull_plan__judge(m, LULL_LIM_YEAR_SESSIONS, year, 0);
	if (!is_known)
		(void)lull_plan__say(m, LULL_PLAN_ASK, "PLAN-PAST-KETAMINE", 0, NAN,
				     "ketamine given before is not fully known: ask for sessions, dates and mg of the last 12 months");
	/* A gap is asked for between courses where one is set (multi-day courses). */
	const struct lull_limit_found gap = lull_limits_find(&m->kb->limits, LULL_LIM_COURSE_GAP_MIN_DAYS, &m->scope);
	if ((gap.hard || gap.soft) && last != LULL_DAY_NONE)
		lull_plan__judge(m, LULL_LIM_COURSE_GAP_MIN_DAYS, (double)(plan->day - last), 0);
	plan->lifetime_before_mg = past->any == LULL_NO ? 0 : past->lifetime_mg;
	plan->lifetime_after_mg = plan->lifetime_before_mg + plan->course_mg;
}

static void judge_course(struct lull_plan__maker *m)
{
	struct lull_plan *plan = m->plan;
	static const enum lull_limit_what optional[] = { LULL_LIM_COURSE_MG_PER_KG, LULL_LIM_YEAR_MG };
	const double values[] = { plan->course_mg_per_kg, plan->course_mg };

	if (plan->route == LULL_ROUTE_NASAL) {
		plan->day_mg_max = plan->sessions[0].mg_24h;
		plan->week_mg_max = plan->protocol->max_sprays_7d.value * plan->protocol->spray_mg.value;
		lull_plan__judge(m, LULL_LIM_DAY_MG, plan->day_mg_max, 0);
		lull_plan__judge(m, LULL_LIM_WEEK_MG, plan->week_mg_max, 0);
		return;
	}
	lull_plan__judge(m, LULL_LIM_COURSE_SESSIONS, (double)plan->n_sessions, 0);
	for (size_t i = 0; i < 2; i++) { /* judged where a site has set one */
		const struct lull_limit_found found = lull_limits_find(&m->kb->limits, optional[i], &m->scope);
		if (found.soft || found.hard)
			lull_plan__judge(m, optional[i], values[i], 0);
	}
}

/* ---- what goes with it ---------------------------------------------------------------------------- */

static void check_comed(struct lull_plan__maker *m, struct lull_plan_comed *out)
{
	const struct lull_comed *c = out->comed;

	for (size_t i = 0; i < c->n_not_with; i++) {
		const struct lull_condition *asked = lull_patient_condition(m->patient, c->not_with[i]);
		const enum lull_answer answer = asked ? asked->answer : LULL_ABSENT;
		const char *id = lull_arena_printf(m->arena, "PLAN-COMED-%s-%s", c->id, c->not_with[i]);
		m->is_out_of_memory |= !id;
		if (answer == LULL_YES) {
			out->ruled_out_by = c->not_with[i];
			(void)lull_plan__say(m, c->optional ? LULL_PLAN_WARN : LULL_PLAN_HARD, id, 0, NAN,
					     "%s, given with this protocol, is ruled out by: %s", c->name, c->not_with[i]);
		} else if (answer != LULL_NO) {
			(void)lull_plan__say(m, LULL_PLAN_ASK, id, 0, NAN, "before %s ask about: %s", c->name,
					     c->not_with[i]);
		}
	}
}

static int set_comeds(struct lull_plan__maker *m, struct lull_err *err)
{
	struct lull_plan *plan = m->plan;
	const struct lull_protocol *p = plan->protocol;

	plan->comeds = LULL_ARENA_NEW(m->arena, struct lull_plan_comed, p->n_comedication + 1);
	if (!plan->comeds)
		return lull_nomem(err);
	plan->n_comeds = p->n_comedication;
	for (size_t i = 0; i < p->n_comedication; i++) {
		const struct lull_comed *c = &p->comedication[i];
		struct lull_plan_comed *out = &plan->comeds[i];
		const double asked = c->mg_per_kg.stated ? c->mg_per_kg.value * plan->weights.dosing_kg :
							   lull_figure_value(&c->mg);
		out->comed = c;
		out->mg = c->max_mg.stated && asked > c->max_mg.value ? c->max_mg.value : asked;
		out->is_capped = out->mg < asked;
		check_comed(m, out);
	}
	return LULL_OK;
}

/* Groups of the schedule that hold: the protocol's own. */
static uint64_t groups_of(const struct lull_protocol *p)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < p->n_monitoring; i++)
		for (int g = 0; lull_monitor_group_names[g]; g++)
			if (lull_text_eq(lull_monitor_group_names[g], p->monitoring[i]))
				groups |= (uint64_t)1 << g;
	return groups;
}

static int set_lists(struct lull_plan__maker *m, struct lull_err *err)
{
	struct lull_plan *plan = m->plan;
	const struct lull_monitoring *mon = &m->kb->monitoring;
	const struct lull_lists *lists = &m->kb->lists;
	const uint64_t groups = groups_of(plan->protocol);

	plan->schedule = LULL_ARENA_NEW(m->arena, const struct lull_watch *, mon->n_schedule + 1);
	plan->items = LULL_ARENA_NEW(m->arena, const struct lull_list_item *, lists->n_items + 1);
	if (!plan->schedule || !plan->items)
		return lull_nomem(err);
	for (size_t i = 0; i < mon->n_schedule; i++)
		if (mon->schedule[i].groups & groups)
			plan->schedule[plan->n_schedule++] = &mon->schedule[i];
	for (size_t i = 0; i < lists->n_items; i++)
		if (!lists->items[i].places || lists->items[i].places >> plan->place & 1)
			plan->items[plan->n_items++] = &lists->items[i];
	return LULL_OK;
}

static void note_blank_cards(struct lull_plan__maker *m)
{
	size_t n_blank = 0;

	for (size_t i = 0; i < m->kb->rescue.n_cards; i++)
		n_blank += !m->kb->rescue.cards[i].dose;
	if (n_blank && m->plan->route == LULL_ROUTE_IV)
		(void)lull_plan__say(m, LULL_PLAN_NOTE, "PLAN-RESCUE-BLANK", 0, (double)n_blank,
				     "%zu rescue cards are blank until the site's physician fills and signs them", n_blank);
	if (m->plan->place == LULL_AT_HOME_NASAL && !(m->kb->site && m->kb->site->n_crisis))
		(void)lull_plan__say(m, LULL_PLAN_ASK, "PLAN-CRISIS-NUMBERS", 0, NAN,
				     "crisis numbers are not set by the site: home use stays closed until they are");
}

/* ---- verdict -------------------------------------------------------------------------------- */

/* Gravest first; findings of a grade keep their order (few: insertion). */
static void sort_findings(struct lull_plan *plan)
{
	for (size_t i = 1; i < plan->n_findings; i++) {
		const struct lull_plan_finding f = plan->findings[i];
		size_t j = i;
		for (; j > 0 && plan->findings[j - 1].grade < f.grade; j--)
			plan->findings[j] = plan->findings[j - 1];
		plan->findings[j] = f;
	}
}

static void settle(struct lull_plan *plan)
{
	sort_findings(plan);
	const struct lull_plan_finding *worst = lull_plan_gravest(plan);
	const enum lull_plan_grade grade = worst ? worst->grade : LULL_PLAN_NOTE;

	plan->status = grade == LULL_PLAN_HARD	 ? LULL_PLAN_REFUSED :
		       grade == LULL_PLAN_REASON ? LULL_PLAN_NEEDS_REASON :
		       grade == LULL_PLAN_ASK	 ? LULL_PLAN_DRAFT :
						   LULL_PLAN_READY;
}

static int check_request(const struct lull_plan_request *r, struct lull_err *err)
{
	if (r->has_place && (int)r->place >= LULL_N_PLACES)
		return lull_fail(err, LULL_EDOMAIN, "setting", "no such setting");
	if (r->infusion_mg_per_ml < 0 || r->bolus_mg_per_ml < 0 || r->bag_ml < 0 || r->mg_per_kg < 0 ||
	    r->over_min < 0 || r->cap_mg_per_kg_per_h < 0)
		return lull_fail(err, LULL_EDOMAIN, "request", "strengths, volumes, doses and times are not negative");
	return LULL_OK;
}

static int find_protocol(const struct lull_plan_kb *kb, const char *id, const struct lull_protocol **out,
			 struct lull_err *err)
{
	*out = id ? lull_protocol_find(&kb->protocols, id) : NULL;
	if (*out)
		return LULL_OK;
	(void)lull_fail(err, LULL_ENOTFOUND, "protocol", "there is no protocol '%s'", id ? id : "");
	lull_mend(err, "`lull protocols list` shows them");
	return LULL_ENOTFOUND;
}

static int fill(struct lull_plan__maker *m, struct lull_err *err)
{
	struct lull_plan *plan = m->plan;
	int rc = adjust(m, plan->protocol, err);

	if (rc == LULL_OK)
		rc = set_rule(m, err);
	if (rc == LULL_OK)
		rc = make_sessions(m, err);
	if (rc != LULL_OK)
		return rc;
	judge_course(m);
	judge_past(m);
	note_blank_cards(m);
	rc = set_comeds(m, err);
	return rc == LULL_OK ? lull_plan__cost(m, err) : rc;
}

/* A protocol of another disease is not given without a reason. */
static void gate_indication(struct lull_plan__maker *m)
{
	const struct lull_protocol *p = m->plan->protocol;
	const char *asked = m->request->indication_id;
	bool fits = !asked;

	for (size_t i = 0; i < p->n_indications; i++)
		fits = fits || lull_text_eq(p->indications[i], asked);
	if (fits || p->use != LULL_USE_CLINICAL)
		return;
	const char *text = lull_arena_printf(m->arena, "%s is a protocol for %s%s, not for %s", p->id,
					     p->n_indications ? p->indications[0] : "another indication",
					     p->n_indications > 1 ? " and others" : "", asked);
	if (!text) {
		m->is_out_of_memory = true;
		return;
	}
	struct lull_plan_finding *f = lull_plan__need_reason(m, "PLAN-INDICATION", 0, NAN, text);
	if (f) {
		f->source = p->source;
		f->mark = (enum lull_mark)p->mark;
	}
}

int lull_plan_make(const struct lull_plan_kb *kb, const struct lull_patient *patient,
		   const struct lull_plan_request *request, struct lull_arena *arena, struct lull_plan *out,
		   struct lull_err *err)
{
	struct lull_plan__maker m = { .kb = kb, .patient = patient, .request = request, .arena = arena, .plan = out };
	int rc = check_request(request, err);

	*out = (struct lull_plan){ .kb = kb, .day = request->day, .valid_until = LULL_DAY_NONE,
				   .lifetime_before_mg = NAN, .lifetime_after_mg = NAN, .day_mg_max = NAN,
				   .week_mg_max = NAN, .course_mg_per_kg = NAN };
	if (rc == LULL_OK)
		rc = find_protocol(kb, request->protocol_id, &out->protocol, err);
	if (rc != LULL_OK)
		return rc;
	if (out->day != LULL_DAY_NONE)
		out->valid_until = out->day + (lull_day)kb->pump.plan_valid_days.value;
	gate_place(&m);
	gate_use(&m);
	gate_indication(&m);
	gate_age(&m);
	gate_weight(&m);
	set_strengths(&m);
	rc = set_lists(&m, err);
	if (rc == LULL_OK && !m.is_blocked)
		rc = fill(&m, err);
	if (rc == LULL_OK && m.is_out_of_memory)
		rc = lull_nomem(err);
	if (rc == LULL_OK)
		settle(out);
	return rc;
}
