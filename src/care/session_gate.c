/* What may follow: each refusal is a rule of session.yaml. Holding, stopping and lowering are never delayed. */
#include "session_own.h"

#include <math.h>

#include "lull/base/text.h"

struct gate {
	const struct lull_session *s;
	const struct lull_session_fold *f;
	const struct lull_session_kb *kb;
	const struct lull_session_event *e;
	const struct lull_session_rule **rule;
	struct lull_err *err;
};

const struct lull_session_rule *lull_session__rule(const struct lull_session_kb *kb, const char *id)
{
	for (size_t i = 0; i < kb->n_rules; i++)
		if (lull_text_eq(kb->rules[i].id, id))
			return &kb->rules[i];
	return NULL;
}

/* Refuse with a rule; the rule's own sentence and mend. */
static int refuse(const struct gate *g, int code, const char *id, const char *where)
{
	*g->rule = lull_session__rule(g->kb, id);
	const int rc = lull_fail(g->err, code, where, "%s [%s]", *g->rule ? (*g->rule)->text : "", id);
	lull_mend(g->err, "%s", *g->rule ? (*g->rule)->mend : "");
	return rc;
}
static int conflict(const struct gate *g, const char *id, const char *where)
{
	return refuse(g, LULL_ECONFLICT, id, where);
}

double lull_session__capacity(const struct lull_session_fold *f)
{
	const double left = f->drawn_mg - f->line_mg - f->wasted_mg - f->given_mg;
	return left > 0 ? left : 0;
}

double lull_session__given(const struct lull_session_fold *f, int64_t t_ms)
{
	if (t_ms <= f->settled_ms)
		return f->given_mg;
	const double mg = f->rate_mg_per_h * (double)(t_ms - f->settled_ms) / LULL_MS_PER_H;
	const double left = lull_session__capacity(f);
	return f->given_mg + (mg < left ? mg : left);
}

static bool near(double a, double b) { return fabs(a - b) <= 0.005 * fabs(b) + 1e-9; }

static struct lull_limit_scope scope_of(const struct lull_session_fold *f)
{
	return (struct lull_limit_scope){ (enum lull_place)f->plan.place, (enum lull_product)f->plan.product, LULL_ROUTE_IV,
					  f->plan.protocol };
}

static bool is_past_hard(const struct gate *g, enum lull_limit_what what, double value)
{
	const struct lull_limit_scope scope = scope_of(g->f);
	const struct lull_limit *hit;
	return lull_limits_judge(g->kb->limits, what, &scope, value, &hit) == LULL_PAST_HARD;
}

bool lull_session__is_over(const struct lull_session *s, int64_t at_ms)
{
	const struct lull_session_fold *f = &s->now;
	const struct gate g = { .s = s, .f = f, .kb = s->kb };
	const double mg = lull_session__given(f, at_ms), kg = f->plan.dosing_kg;
	const double day = lull_session_given_mg(s, at_ms - 24 * 3600000LL, at_ms);

	return kg > 0 && (is_past_hard(&g, LULL_LIM_SESSION_MG, mg) || is_past_hard(&g, LULL_LIM_SESSION_MG_PER_KG, mg / kg) ||
			  is_past_hard(&g, LULL_LIM_DAY_MG, day) || is_past_hard(&g, LULL_LIM_DAY_MG_PER_KG, day / kg));
}

static bool is_stale(const struct gate *g)
{
	const int64_t due = lull_session__due(g->kb, g->f);
	return due && g->e->at_ms > due;
}

/* ---- what is missing ------------------------------------------------------------------- */

struct list {
	struct lull_session_missing *out;
	size_t n, max;
};
static void add(struct list *l, const char *id, const char *text, const char *source)
{
	if (l->n < l->max)
		l->out[l->n] = (struct lull_session_missing){ id, text, source };
	l->n++;
}
static void add_rule(struct list *l, const struct lull_session_kb *kb, const char *id)
{
	const struct lull_session_rule *rule = lull_session__rule(kb, id);
	add(l, id, rule ? rule->text : id, rule ? rule->source : NULL);
}

static bool is_risk_high(const struct lull_session_fold *f) { return f->risk == LULL_RISK_HIGH && f->risk_open; }

static bool may_signs_start(const struct lull_session_kb *kb, const struct lull_session_fold *f, int64_t at_ms)
{
	const double *v = f->signs.value;
	const double sbp = v[LULL_VITAL_sbp_mmhg], dbp = v[LULL_VITAL_dbp_mmhg], hr = v[LULL_VITAL_hr_per_min];

	if (!f->signs_ms || f->signs_ms > at_ms || (double)(at_ms - f->signs_ms) > kb->start_signs_min.value * LULL_MS_PER_MIN)
		return false;
	return sbp >= kb->start_sbp_min.value && sbp <= kb->start_sbp_max.value && dbp >= kb->start_dbp_min.value &&
	       dbp <= kb->start_dbp_max.value && hr >= kb->start_hr_min.value && hr <= kb->start_hr_max.value &&
	       v[LULL_VITAL_spo2_pct] >= kb->start_spo2_min.value;
}

size_t lull_session__missing_to_start(const struct lull_session *s, lull_day day, int64_t at_ms,
				      struct lull_session_missing *out, size_t max)
{
	const struct lull_session_kb *kb = s->kb;
	const struct lull_session_fold *f = &s->now;
	struct list l = { out, 0, max };

	for (size_t i = 0; i < kb->n_checks; i++) {
		const struct lull_session_check *c = &kb->checks[i];
		const bool holds_here = !c->places || c->places >> f->plan.place & 1;
		if (holds_here && (f->check_result[i] == LULL_CHECK_FAIL || f->check_day[i] != day))
			add(&l, c->id, c->text, c->source);
	}
	if (!f->weight_measured || f->weight_day != day)
		add_rule(&l, kb, "SES-WEIGHT");
	if (!f->has_consent || f->consent_day > day)
		add_rule(&l, kb, "SES-CONSENT");
	if (f->risk == LULL_RISK_UNKNOWN || f->risk_day != day)
		add_rule(&l, kb, "SES-SUICIDE");
	if (is_risk_high(f))
		add_rule(&l, kb, "SES-SUICIDE-HIGH");
	if (!may_signs_start(kb, f, at_ms))
		add_rule(&l, kb, "SES-SIGNS");
	if (!(f->bag_mg_per_ml > 0) || !(lull_session__capacity(f) > 0))
		add_rule(&l, kb, "SES-BAG");
	if (f->handover_open)
		add_rule(&l, kb, "SES-HANDOVER");
	return l.n;
}

/* What a course of days asks for each civil day; nothing for a visit. */
size_t lull_session__missing_today(const struct lull_session *s, lull_day day, struct lull_session_missing *out, size_t max)
{
	const struct lull_session_fold *f = &s->now;
	const struct lull_monitoring *m = s->kb->monitoring;
	struct list l = { out, 0, max };

	if (!(f->plan.days > 1))
		return 0;
	for (size_t i = 0; i < m->n_schedule; i++)
		if (lull_text_eq(m->schedule[i].id, "MON-LFT-MULTI") && f->lab_day != day)
			add(&l, m->schedule[i].id, "Liver tests of today", m->schedule[i].source);
	if (f->risk_day != day)
		add_rule(&l, s->kb, "SES-SUICIDE");
	return l.n;
}

size_t lull_session__missing_to_leave(const struct lull_session *s, int64_t at_ms, bool escort, bool sheet,
				      struct lull_session_missing *out, size_t max)
{
	const struct lull_session_kb *kb = s->kb;
	const struct lull_session_fold *f = &s->now;
	const struct lull_monitoring *m = kb->monitoring;
	struct list l = { out, 0, max };
	const double *v = f->signs.value;
	const bool is_long = f->peak_mg_per_h > m->recovery_long_rate_mg_per_kg_per_h.value * f->plan.dosing_kg ||
			     f->had_benzodiazepine || f->plan.product == LULL_ESKETAMINE;
	const double wait_min = is_long ? m->recovery_long_min.value : m->recovery_min.value;
	const double before = isnan(f->baseline.value[LULL_VITAL_dissociation]) ? 0 : f->baseline.value[LULL_VITAL_dissociation];
	const double off = fabs(f->drawn_mg - f->given_mg - f->line_mg - f->wasted_mg);
	const double by_share = kb->pump->log_tolerance_frac.value * f->drawn_mg;
	const double allowed = by_share > kb->pump->log_tolerance_mg.value ? by_share : kb->pump->log_tolerance_mg.value;

	if (f->phase != LULL_SESSION_RECOVERY)
		add(&l, "stopped", "The infusion has not ended", "lull_safety");
	for (size_t i = 0; i < kb->n_scores; i++) {
		const bool is_aldrete = lull_text_eq(kb->scores[i].id, "aldrete");
		const int64_t when = is_aldrete ? f->aldrete_ms : f->padss_ms;
		if (!when || when < f->stopped_ms || (is_aldrete ? f->aldrete : f->padss) < kb->scores[i].at_least)
			add(&l, kb->scores[i].id, "The score to go home is missing, older than the end, or too low", kb->scores[i].source);
	}
	if (!(f->signs_ms >= f->stopped_ms) || (lull_session__due(kb, f) && at_ms > lull_session__due(kb, f)))
		add(&l, "signs", "Signs are overdue", m->recovery_min.source);
	if (!(v[LULL_VITAL_moaas] >= kb->moaas_home.value))
		add(&l, "moaas", "MOAA/S is not 5", kb->moaas_home.source);
	if (!(v[LULL_VITAL_dissociation] <= before))
		add(&l, "dissociation", "Dissociation is not back where it was before", kb->moaas_home.source);
	if (f->grade >= LULL_SIGNS_HOLD)
		add(&l, "grade", "The last signs are outside the lines", kb->moaas_home.source);
	if ((double)(at_ms - f->stopped_ms) < wait_min * LULL_MS_PER_MIN)
		add(&l, "time", is_long ? "The longer time under watch after the end is not over" : "The time under watch after the end is not over",
		    m->recovery_min.source);
	if (f->risk_open && f->risk > LULL_RISK_NONE)
		add(&l, "suicidality", "A suicidality flag is open: a named clinician records assessment and action", "lull_safety");
	if (!(off <= allowed))
		add(&l, "balance", "Drug is not accounted for: drawn = given + line + waste", kb->pump->log_tolerance_mg.source);
	if (!escort)
		add(&l, "escort", "The escort is not here", "lull_safety");
	if (!sheet)
		add(&l, "sheet", "The sheet was not given", "lull_safety");
	return l.n;
}

/* ---- pump ------------------------------------------------------------------------------ */

static int check_readback(const struct gate *g, double ml_per_h, double mg_per_h)
{
	if (!(g->f->bag_mg_per_ml > 0))
		return conflict(g, "SES-BAG", "$.body");
	if (!near(mg_per_h, ml_per_h * g->f->bag_mg_per_ml))
		return refuse(g, LULL_EDOMAIN, "SES-READBACK", "$.body.mg_per_h");
	return LULL_OK;
}

static int check_limits(const struct gate *g, double mg_per_h, bool has_reason)
{
	const struct lull_session_fold *f = g->f;
	const struct lull_limit_scope scope = scope_of(f);
	const struct lull_limit *hit;
	const double rate = mg_per_h / f->plan.dosing_kg;
	enum lull_limit_verdict verdict = lull_limits_judge(g->kb->limits, LULL_LIM_RATE, &scope, rate, &hit);

	if (verdict == LULL_PAST_HARD || verdict == LULL_NO_LIMIT)
		return refuse(g, LULL_EDOMAIN, "SES-RATE-HARD", "$.body.mg_per_h");
	if (g->e->kind == LULL_EV_PUMP && f->phase == LULL_SESSION_RUNNING) {
		const double step = (mg_per_h - f->rate_mg_per_h) / f->plan.dosing_kg;
		const enum lull_limit_verdict of_step = lull_limits_judge(g->kb->limits, LULL_LIM_STEP, &scope, step, &hit);
		const enum lull_limit_verdict of_time = lull_limits_judge(g->kb->limits, LULL_LIM_STEP_INTERVAL_MIN_H, &scope,
						      (double)(g->e->at_ms - f->rate_ms) / LULL_MS_PER_H, &hit);
		if (of_step == LULL_PAST_HARD || of_time == LULL_PAST_HARD)
			return refuse(g, LULL_EDOMAIN, "SES-RATE-HARD", "$.body.mg_per_h");
		if (of_step == LULL_PAST_SOFT || of_time == LULL_PAST_SOFT)
			verdict = LULL_PAST_SOFT;
	}
	if (verdict == LULL_PAST_SOFT && !has_reason)
		return refuse(g, LULL_EDOMAIN, "SES-RATE-SOFT", "$.body.reason");
	return lull_session__is_over(g->s, g->e->at_ms) ? conflict(g, "SES-DOSE-HARD", "$.body") : LULL_OK;
}

/* Programmed as said, and checked by somebody else not long ago. */
static int check_second(const struct gate *g, int occasion)
{
	const struct lull_session_fold *f = g->f;
	const double ml_per_h = g->e->body.pump.ml_per_h;

	if (!f->program_seq || !near(ml_per_h, f->program_ml_per_h))
		return conflict(g, "SES-PROGRAM", "$.body.ml_per_h");
	if (!f->second_ms || f->second_ms > g->e->at_ms || f->second_for != occasion || !near(f->second_ml_per_h, ml_per_h) ||
	    (double)(g->e->at_ms - f->second_ms) > g->kb->check_valid_min.value * LULL_MS_PER_MIN || !f->bag_checked)
		return conflict(g, "SES-SECOND", "$.body");
	return LULL_OK;
}

static int check_start(const struct gate *g)
{
	struct lull_session_missing first;

	if (g->f->phase != LULL_SESSION_PREPARING)
		return conflict(g, "SES-ORDER", "$.body.act");
	if (!lull_session__missing_to_start(g->s, g->e->day, g->e->at_ms, &first, 1))
		return check_second(g, LULL_SECOND_START);
	if (lull_session__rule(g->kb, first.id))
		return conflict(g, first.id, "$.body.act");
	(void)conflict(g, "SES-CHECK", "$.body.act");
	return lull_fail(g->err, LULL_ECONFLICT, "$.body.act", "A check before the start is missing: %s (%s). [SES-CHECK]",
			 first.text, first.id);
}

static int check_resume(const struct gate *g)
{
	const struct lull_session_fold *f = g->f;
	const struct lull_monitoring *m = g->kb->monitoring;
	const double most = f->rate_before_hold_mg_per_h * (f->held_for_alarm ? m->resume_frac.value : 1);
	const double good_min = f->good_since_ms ? (double)(g->e->at_ms - f->good_since_ms) / LULL_MS_PER_MIN : 0;

	if (f->phase != LULL_SESSION_HELD)
		return conflict(g, "SES-ORDER", "$.body.act");
	if (f->grade >= LULL_SIGNS_HOLD)
		return conflict(g, "SES-ALARM", "$.body.act");
	if (g->e->body.pump.mg_per_h > most * 1.005)
		return conflict(g, "SES-RESUME", "$.body.mg_per_h");
	if (f->held_for_alarm && (good_min < m->resume_after_min.value || f->restarts >= (int)m->max_restarts.value))
		return conflict(g, "SES-RESUME", "$.body.act");
	if (f->stop_asked && (g->e->role != LULL_BY_PRESCRIBER || !g->e->body.pump.reason))
		return conflict(g, "SES-RESUME", "$.body.reason");
	return check_second(g, LULL_SECOND_RATE);
}

static int check_pump(const struct gate *g)
{
	const struct lull_session_fold *f = g->f;
	const struct lull_ev_pump *p = &g->e->body.pump;
	const bool is_on = f->phase == LULL_SESSION_RUNNING || f->phase == LULL_SESSION_HELD;
	int rc;

	if (g->e->at_ms < f->rate_ms || (f->bag_ran_dry && g->e->at_ms < f->settled_ms))
		return conflict(g, "SES-TIME", "$.at_ms");
	if (p->act == LULL_PUMP_HOLD)
		return f->phase == LULL_SESSION_RUNNING ? LULL_OK : conflict(g, "SES-ORDER", "$.body.act");
	if (p->act == LULL_PUMP_STOP)
		return is_on ? LULL_OK : conflict(g, "SES-ORDER", "$.body.act");
	if (!(p->ml_per_h > 0) || !(p->mg_per_h > 0))
		return refuse(g, LULL_EDOMAIN, "SES-VALUE", "$.body.ml_per_h");
	if (p->act == LULL_PUMP_RATE && f->phase != LULL_SESSION_RUNNING)
		return conflict(g, "SES-ORDER", "$.body.act");
	if (p->act == LULL_PUMP_START && (rc = check_start(g)) != LULL_OK)
		return rc;
	if ((rc = check_readback(g, p->ml_per_h, p->mg_per_h)) != LULL_OK)
		return rc;
	if (p->act == LULL_PUMP_RATE && p->mg_per_h <= f->rate_mg_per_h)
		return p->mg_per_h < f->rate_mg_per_h ? LULL_OK : conflict(g, "SES-ORDER", "$.body.mg_per_h");
	if (p->act != LULL_PUMP_START) {
		if (is_stale(g))
			return conflict(g, "SES-STALE", "$.body.act");
		if (is_risk_high(f))
			return conflict(g, "SES-SUICIDE-HIGH", "$.body.act");
		if (!f->has_consent)
			return conflict(g, "SES-CONSENT", "$.body.act");
		if (f->handover_open)
			return conflict(g, "SES-HANDOVER", "$.body.act");
		if (!(lull_session__capacity(f) > lull_session__given(f, g->e->at_ms) - f->given_mg))
			return conflict(g, "SES-BAG", "$.body.act");
	}
	if (p->act == LULL_PUMP_RATE && f->grade >= LULL_SIGNS_HOLD)
		return conflict(g, "SES-ALARM", "$.body.act");
	rc = p->act == LULL_PUMP_RESUME ? check_resume(g) : p->act == LULL_PUMP_RATE ? check_second(g, LULL_SECOND_RATE) : LULL_OK;
	return rc == LULL_OK ? check_limits(g, p->mg_per_h, p->reason != NULL) : rc;
}

/* ---- the other kinds -------------------------------------------------------------------- */

static int check_second_entry(const struct gate *g)
{
	const struct lull_session_fold *f = g->f;
	const struct lull_ev_second *c = &g->e->body.second;
	const bool is_on = f->phase == LULL_SESSION_RUNNING;
	const bool is_new = c->occasion == LULL_SECOND_START || c->occasion == LULL_SECOND_RATE;
	const double want = is_new || !is_on ? f->program_ml_per_h : f->rate_mg_per_h / f->bag_mg_per_ml;

	if (!(f->bag_mg_per_ml > 0))
		return conflict(g, "SES-BAG", "$.kind");
	if (c->occasion == LULL_SECOND_HANDOVER ? !f->handover_open || !lull_text_eq(f->responsible, g->e->actor)
						: c->occasion != LULL_SECOND_RATE && lull_text_eq(g->e->actor, f->bag_by))
		return conflict(g, "SES-SECOND-SELF", "$.actor");
	if (is_new && !f->program_seq)
		return conflict(g, "SES-PROGRAM", "$.kind");
	if (is_new && lull_text_eq(g->e->actor, f->programmer))
		return conflict(g, "SES-SECOND-SELF", "$.actor");
	/* which of the four differs is not said: the checker must not be led */
	if (!lull_text_eq(c->patient, f->plan.patient) || fabs(c->weight_kg - f->weight_kg) > 0.05 ||
	    !near(c->mg_per_ml, f->bag_mg_per_ml) || !near(c->ml_per_h, want))
		return conflict(g, "SES-SECOND-DIFFERS", "$.body");
	return LULL_OK;
}

static int check_drug(const struct gate *g)
{
	const struct lull_session_fold *f = g->f;
	const struct lull_ev_drug *d = &g->e->body.drug;
	const double in_bag = f->drawn_mg - f->line_mg - f->wasted_mg - lull_session__given(f, g->e->at_ms);

	if (d->act == LULL_DRUG_WASTE && (!d->witness || lull_text_eq(d->witness, g->e->actor)))
		return refuse(g, LULL_EDOMAIN, "SES-WITNESS", "$.body.witness");
	if ((d->act == LULL_DRUG_DRAW && d->mg > f->opened_mg - f->drawn_mg + 1e-9) ||
	    (d->act >= LULL_DRUG_LINE && d->mg > in_bag + 1e-9))
		return refuse(g, LULL_EDOMAIN, "SES-BALANCE", "$.body.mg");
	return LULL_OK;
}

static int check_weight(const struct gate *g)
{
	const struct lull_ev_weight *w = &g->e->body.weight;
	const struct lull_session_fold *f = g->f;

	if (!w->measured)
		return refuse(g, LULL_EDOMAIN, "SES-WEIGHT", "$.body.measured");
	if (fabs(w->kg - f->plan.weight_kg) > g->kb->pump->weight.change_frac.value * f->plan.weight_kg &&
	    (!w->confirmed_by || lull_text_eq(w->confirmed_by, g->e->actor)))
		return refuse(g, LULL_EDOMAIN, "SES-WEIGHT-CHANGE", "$.body.kg");
	return LULL_OK;
}

const struct lull_rescue_card *lull_session__card(const struct lull_session_kb *kb, const char *id)
{
	for (size_t i = 0; i < kb->rescue->n_cards; i++)
		if (lull_text_eq(kb->rescue->cards[i].id, id))
			return &kb->rescue->cards[i];
	return NULL;
}

static int check_adverse(const struct gate *g)
{
	const struct lull_ev_adverse *a = &g->e->body.adverse;

	for (size_t i = 0; i < g->kb->n_terms; i++) {
		const struct lull_session_ae *t = &g->kb->terms[i];
		const char *const cells[] = { t->g1, t->g2, t->g3, t->g4 };
		if (!lull_text_eq(t->id, a->term))
			continue;
		if (isnan(a->grade) ? t->transient
				    : !t->transient && a->grade >= 1 && a->grade <= 4 && cells[(int)a->grade - 1])
			return LULL_OK;
		break;
	}
	return refuse(g, LULL_EDOMAIN, "SES-TERM", "$.body.term");
}

static int check_correct(const struct gate *g)
{
	const double seq = g->e->body.correct.seq;

	for (size_t i = 0; i < g->s->n_entries; i++) {
		const struct lull_session_entry *old = &g->s->entries[i];
		if ((double)old->event.seq == seq)
			return old->is_void || old->event.kind == LULL_EV_OPEN || old->event.kind == LULL_EV_CORRECT
				       ? conflict(g, "SES-CORRECT", "$.body.seq") : LULL_OK;
	}
	return conflict(g, "SES-CORRECT", "$.body.seq");
}

static bool knows_check(const struct gate *g)
{
	const struct lull_ev_check *c = &g->e->body.check;

	for (size_t i = 0; i < g->kb->n_checks; i++)
		if (lull_text_eq(g->kb->checks[i].id, c->id))
			return c->result != LULL_CHECK_NOT_APPLICABLE || g->kb->checks[i].may_not_apply;
	return false;
}

static int check_bag(const struct gate *g)
{
	const struct lull_ev_bag *b = &g->e->body.bag;
	const struct lull_session_fold *f = g->f;

	if (!near(b->mg_per_ml, f->plan.mg_per_ml) || is_past_hard(g, LULL_LIM_INFUSION_MG_PER_ML, b->mg_per_ml))
		return refuse(g, LULL_EDOMAIN, "SES-STRENGTH", "$.body.mg_per_ml");
	if (b->mg_per_ml * b->ml > f->drawn_mg - f->line_mg - f->wasted_mg - lull_session__given(f, g->e->at_ms) + 0.5)
		return refuse(g, LULL_EDOMAIN, "SES-BAG", "$.body.ml");
	return LULL_OK;
}

static int check_score(const struct gate *g)
{
	const struct lull_ev_score *score = &g->e->body.score;

	for (size_t i = 0; i < g->kb->n_scores; i++)
		if (lull_text_eq(g->kb->scores[i].id, score->instrument) && score->total >= 0 &&
		    score->total <= g->kb->scores[i].max)
			return LULL_OK;
	return refuse(g, LULL_EDOMAIN, "SES-VALUE", "$.body");
}

static int check_consent(const struct gate *g)
{
	const struct lull_ev_consent *c = &g->e->body.consent;
	size_t n = 0;

	while (c->sha256[n] && ((c->sha256[n] >= '0' && c->sha256[n] <= '9') || (c->sha256[n] >= 'a' && c->sha256[n] <= 'f')))
		n++;
	if (!c->capacity || !lull_text_eq(c->version, g->f->plan.consent_version) || n != 64 || c->sha256[n])
		return refuse(g, LULL_EDOMAIN, "SES-CONSENT", "$.body");
	return LULL_OK;
}

static int check_review(const struct gate *g)
{
	if (!g->f->risk_open)
		return conflict(g, "SES-ORDER", "$.kind");
	if (g->f->risk == LULL_RISK_HIGH && (!g->e->body.review.psychiatric || g->e->day != g->f->risk_day))
		return conflict(g, "SES-SUICIDE-HIGH", "$.body.psychiatric");
	return LULL_OK;
}

static int check_discharge(const struct gate *g)
{
	const struct lull_ev_discharge *d = &g->e->body.discharge;
	struct lull_session_missing first;

	if (!lull_session__missing_to_leave(g->s, g->e->at_ms, d->escort, d->sheet, &first, 1))
		return LULL_OK;
	(void)conflict(g, "SES-DISCHARGE", "$.kind");
	lull_fail(g->err, LULL_ECONFLICT, "$.kind", "Not ready to go home: %s (%s). [SES-DISCHARGE]", first.text, first.id);
	return LULL_ECONFLICT;
}

static int check_contact(const struct gate *g)
{
	const struct lull_session_fold *f = g->f;
	const int days = (int)g->kb->contact_days.value;

	if (f->phase != LULL_SESSION_DISCHARGED || g->e->day < f->discharge_day + days)
		return conflict(g, "SES-CONTACT", "$.kind");
	return g->e->body.contact.reached && (!g->e->body.contact.mood || !g->e->body.contact.side_effects)
		       ? refuse(g, LULL_EDOMAIN, "SES-VALUE", "$.body") : LULL_OK;
}

static bool is_plan_whole(const struct lull_ev_open *o)
{
	return o->patient && o->consent_version && o->dosing_kg > 0 && o->weight_kg > 0 && o->mg_per_ml > 0;
}

static int check_body(const struct gate *g)
{
	const struct lull_rescue_card *card;

	switch ((enum lull_session_kind)g->e->kind) {
	case LULL_EV_OPEN:
		return is_plan_whole(&g->e->body.open) ? LULL_OK : refuse(g, LULL_EDOMAIN, "SES-VALUE", "$.body");
	case LULL_EV_CHECK:
		return knows_check(g) ? LULL_OK : refuse(g, LULL_EDOMAIN, "SES-CHECK", "$.body.id");
	case LULL_EV_WEIGHT:
		return check_weight(g);
	case LULL_EV_CONSENT:
		return check_consent(g);
	case LULL_EV_SUICIDALITY:
		return g->e->body.suicidality.risk != LULL_RISK_UNKNOWN ? LULL_OK
									: refuse(g, LULL_EDOMAIN, "SES-SUICIDE", "$.body.risk");
	case LULL_EV_REVIEW:
		return check_review(g);
	case LULL_EV_DRUG:
		return check_drug(g);
	case LULL_EV_BAG:
		return check_bag(g);
	case LULL_EV_PROGRAM:
		return check_readback(g, g->e->body.program.ml_per_h, g->e->body.program.mg_per_h);
	case LULL_EV_SECOND:
		return check_second_entry(g);
	case LULL_EV_PUMP:
		return check_pump(g);
	case LULL_EV_ADVERSE:
		return check_adverse(g);
	case LULL_EV_RESCUE:
		card = lull_session__card(g->kb, g->e->body.rescue.card);
		return card && card->dose ? LULL_OK : conflict(g, "SES-CARD", "$.body.card");
	case LULL_EV_SCORE:
		return check_score(g);
	case LULL_EV_DISCHARGE:
		return check_discharge(g);
	case LULL_EV_CONTACT:
		return check_contact(g);
	case LULL_EV_CORRECT:
		return check_correct(g);
	case LULL_EV_SIGNS:
	case LULL_EV_LAB:
	case LULL_EV_HANDOVER:
	case LULL_EV_NOTE:
	case LULL_N_SESSION_KINDS:
		break;
	}
	return LULL_OK;
}

#define BIT(x) (1U << (x))
/* Who may enter what; a kind not listed here is for prescriber and nurse. */
static unsigned roles_of(int kind)
{
	switch (kind) {
	case LULL_EV_REVIEW:
		return BIT(LULL_BY_PRESCRIBER);
	case LULL_EV_DRUG:
	case LULL_EV_BAG:
	case LULL_EV_SECOND:
		return BIT(LULL_BY_PRESCRIBER) | BIT(LULL_BY_NURSE) | BIT(LULL_BY_PHARMACIST);
	case LULL_EV_CONTACT:
	case LULL_EV_SUICIDALITY:
		return BIT(LULL_BY_PRESCRIBER) | BIT(LULL_BY_NURSE) | BIT(LULL_BY_THERAPIST);
	case LULL_EV_CORRECT:
	case LULL_EV_NOTE:
		return ~0U;
	default:
		return BIT(LULL_BY_PRESCRIBER) | BIT(LULL_BY_NURSE);
	}
}

static bool may_follow_discharge(int kind)
{
	return kind == LULL_EV_CONTACT || kind == LULL_EV_CORRECT || kind == LULL_EV_NOTE || kind == LULL_EV_ADVERSE ||
	       kind == LULL_EV_LAB || kind == LULL_EV_SUICIDALITY || kind == LULL_EV_REVIEW;
}

int lull_session__gate(const struct lull_session *s, const struct lull_session_event *e,
		       const struct lull_session_rule **rule, struct lull_err *err)
{
	const struct gate g = { s, &s->now, s->kb, e, rule, err };
	const struct lull_session_fold *f = &s->now;

	if (e->kind < 0 || e->kind >= LULL_N_SESSION_KINDS || !e->actor || e->at_ms <= 0 || e->at_ms > (int64_t)1 << 46)
		return refuse(&g, LULL_EDOMAIN, "SES-VALUE", "$");
	if ((e->kind == LULL_EV_OPEN) != (f->phase == LULL_SESSION_NEW))
		return conflict(&g, "SES-OPEN", "$.kind");
	if (e->role < 0 || e->role >= LULL_N_SESSION_ROLES || !(roles_of(e->kind) >> e->role & 1))
		return conflict(&g, "SES-ROLE", "$.role");
	if (!e->is_late && e->at_ms < f->last_ms)
		return conflict(&g, "SES-TIME", "$.at_ms");
	if (f->phase >= LULL_SESSION_DISCHARGED && !may_follow_discharge(e->kind))
		return conflict(&g, "SES-CLOSED", "$.kind");
	return check_body(&g);
}
