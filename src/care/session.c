/* The fold of a session: what each accepted event does. What may follow is session_gate.c. */
#include "session_own.h"

#include <math.h>
#include <string.h>

#include "lull/base/text.h"

/* ---- keeping an event -------------------------------------------------------------------- */

static int keep_texts(const struct lull_schema *schema, void *object, struct lull_arena *arena, struct lull_err *err)
{
	for (const struct lull_field *f = schema->fields; f->key; f++) {
		if (f->type != LULL_F_TEXT)
			continue;
		const char **text = (const char **)(void *)((char *)object + f->offset);
		const char *copy = lull_arena_strdup(arena, *text);
		if (*text && !copy)
			return lull_nomem(err);
		*text = copy;
	}
	return LULL_OK;
}

static int keep(struct lull_session *s, const struct lull_session_event *e, struct lull_session_event *out,
		struct lull_err *err)
{
	*out = *e;
	out->actor = lull_arena_strdup(s->arena, e->actor);
	if (!out->actor)
		return lull_nomem(err);
	if (e->kind == LULL_EV_OPEN && e->body.open.n_steps) {
		if (e->body.open.n_steps > LULL_SESSION_MAX_STEPS)
			return lull_fail(err, LULL_ELIMIT, "$.body.steps", "a plan has at most %d steps", LULL_SESSION_MAX_STEPS);
		struct lull_ev_step *steps = LULL_ARENA_NEW(s->arena, struct lull_ev_step, e->body.open.n_steps);
		if (!steps)
			return lull_nomem(err);
		memcpy(steps, e->body.open.steps, e->body.open.n_steps * sizeof(*steps));
		out->body.open.steps = steps;
	}
	return keep_texts(lull_session_body_schema(e->kind), &out->body, s->arena, err);
}

/* ---- effects ------------------------------------------------------------------------------ */

static int push_rate(struct lull_session *s, int64_t at_ms, int64_t seq, double mg_per_h, struct lull_err *err)
{
	struct lull_session_fold *f = &s->now;
	struct lull_session_rate *grown = lull_arena_grow(s->arena, f->rates, f->n_rates, &f->cap_rates, f->n_rates + 1,
							  sizeof(*grown));
	if (!grown)
		return lull_nomem(err);
	f->rates = grown;
	f->rates[f->n_rates++] = (struct lull_session_rate){ at_ms, seq, mg_per_h };
	return LULL_OK;
}

/* Bring the amount given up to t. A container that runs dry gives no more, whatever the pump was set to. */
static int settle(struct lull_session *s, int64_t t_ms, int64_t seq, struct lull_err *err)
{
	struct lull_session_fold *f = &s->now;

	if (t_ms <= f->settled_ms)
		return LULL_OK;
	const double left = lull_session__capacity(f);
	const double mg = f->rate_mg_per_h * (double)(t_ms - f->settled_ms) / LULL_MS_PER_H;
	if (f->rate_mg_per_h > 0 && mg >= left) {
		const int64_t dry_ms = f->settled_ms + (int64_t)(left / f->rate_mg_per_h * LULL_MS_PER_H);
		const int rc = push_rate(s, dry_ms, seq, 0, err);
		if (rc != LULL_OK)
			return rc;
		f->given_mg += left;
		f->rate_before_hold_mg_per_h = f->rate_mg_per_h;
		f->rate_mg_per_h = 0;
		f->phase = LULL_SESSION_HELD;
		f->held_ms = dry_ms;
		f->held_for_alarm = f->grade >= LULL_SIGNS_HOLD;
		f->bag_ran_dry = true;
		f->rate_seq = seq;
	} else {
		f->given_mg += mg;
	}
	f->settled_ms = t_ms;
	return LULL_OK;
}

static void mark_alarm(struct lull_session_fold *f)
{
	if (f->phase == LULL_SESSION_HELD && f->grade >= LULL_SIGNS_HOLD)
		f->held_for_alarm = true;
	if ((f->phase == LULL_SESSION_HELD || f->phase == LULL_SESSION_RUNNING) && f->grade == LULL_SIGNS_STOP)
		f->stop_asked = true;
}

static int do_pump(struct lull_session *s, const struct lull_session_event *e, struct lull_session_entry *entry,
		   struct lull_err *err)
{
	struct lull_session_fold *f = &s->now;
	const struct lull_ev_pump *p = &e->body.pump;
	const bool is_less = p->act == LULL_PUMP_RATE && p->mg_per_h < f->rate_mg_per_h;
	double rate = p->mg_per_h;

	/* a late entry lies before what was reckoned with the old rate: that piece is taken back */
	if (e->at_ms < f->settled_ms && !f->bag_ran_dry)
		f->given_mg -= f->rate_mg_per_h * (double)(f->settled_ms - e->at_ms) / LULL_MS_PER_H;
	if (p->act == LULL_PUMP_HOLD || p->act == LULL_PUMP_STOP) {
		rate = 0;
		if (f->phase == LULL_SESSION_RUNNING)
			f->rate_before_hold_mg_per_h = f->rate_mg_per_h;
		f->held_for_alarm |= f->grade >= LULL_SIGNS_HOLD;
		f->held_ms = e->at_ms;
	}
	if (p->act == LULL_PUMP_RESUME && f->held_for_alarm)
		f->restarts++;
	if (p->act == LULL_PUMP_START || p->act == LULL_PUMP_RESUME)
		f->held_for_alarm = f->stop_asked = f->bag_ran_dry = false;
	if (p->act == LULL_PUMP_START) {
		f->started_ms = e->at_ms;
		f->baseline = f->signs;
	}
	f->phase = p->act == LULL_PUMP_HOLD ? LULL_SESSION_HELD
		   : p->act == LULL_PUMP_STOP ? LULL_SESSION_RECOVERY : LULL_SESSION_RUNNING;
	if (p->act == LULL_PUMP_STOP)
		f->stopped_ms = e->at_ms;
	/* lowering is never delayed; the check that was not done is said */
	f->rate_check_open = is_less && !(f->second_ms && f->second_for == LULL_SECOND_RATE);
	if (f->rate_check_open)
		entry->flag = lull_session__rule(s->kb, "FLAG-REDUCE-UNCHECKED");
	if (rate > 0)
		f->second_ms = f->program_seq = 0; /* a check serves once */
	f->rate_mg_per_h = rate;
	f->rate_ms = f->settled_ms = e->at_ms;
	f->rate_seq = e->seq;
	f->signs_since_change = 0;
	if (rate > f->peak_mg_per_h)
		f->peak_mg_per_h = rate;
	return push_rate(s, e->at_ms, e->seq, rate, err);
}

static void do_signs(struct lull_session *s, const struct lull_session_event *e)
{
	struct lull_session_fold *f = &s->now;

	if (e->at_ms < f->signs_ms)
		return; /* a late entry older than what is known: kept in the record, changes no advice */
	lull_session__signs(s->kb, f, &e->body.signs, e->at_ms);
	for (int i = 0; i < LULL_N_VITALS; i++)
		if (!isnan(e->body.signs.value[i]))
			f->signs.value[i] = e->body.signs.value[i];
	if (f->grade >= LULL_SIGNS_HOLD)
		f->good_since_ms = 0;
	if (lull_session__is_complete(&e->body.signs)) {
		f->signs_ms = e->at_ms;
		f->signs_since_change += f->started_ms && e->at_ms >= f->rate_ms;
		if (f->grade <= LULL_SIGNS_WATCH && !f->good_since_ms)
			f->good_since_ms = e->at_ms;
	}
	mark_alarm(f);
}

static void do_drug(struct lull_session_fold *f, const struct lull_ev_drug *d)
{
	double *const amounts[] = { &f->opened_mg, &f->drawn_mg, &f->line_mg, &f->wasted_mg };
	*amounts[d->act] += d->mg;
}

static void do_check(const struct lull_session *s, struct lull_session_fold *f, const struct lull_session_event *e)
{
	for (size_t i = 0; i < s->kb->n_checks; i++) {
		if (!lull_text_eq(s->kb->checks[i].id, e->body.check.id))
			continue;
		f->check_day[i] = e->day;
		f->check_result[i] = e->body.check.result;
	}
}

static void do_lab(const struct lull_session *s, const struct lull_session_event *e, struct lull_session_entry *entry)
{
	const struct lull_ev_lab *lab = &e->body.lab;
	const struct lull_session_kb *kb = s->kb;

	if (lab->alt_x_uln >= kb->lab_hold_x_uln.value || lab->alt_x_uln >= kb->lab_stop_x_uln.value ||
	    (lab->alt_x_uln >= kb->lab_hy_alt_x_uln.value && lab->bilirubin_x_uln >= kb->lab_hy_bilirubin_x_uln.value))
		entry->flag = lull_session__rule(kb, "FLAG-LIVER");
}

/* The lowered rate was checked after all. */
static void close_unchecked(struct lull_session *s)
{
	const struct lull_session_rule *rule = lull_session__rule(s->kb, "FLAG-REDUCE-UNCHECKED");

	for (size_t i = 0; i < s->n_entries; i++)
		if (s->entries[i].flag == rule)
			s->entries[i].flag = NULL;
	s->now.rate_check_open = false;
}

static void do_second(struct lull_session *s, const struct lull_session_event *e)
{
	struct lull_session_fold *f = &s->now;
	const struct lull_ev_second *c = &e->body.second;
	const double off_mg_per_h = c->ml_per_h * f->bag_mg_per_ml - f->rate_mg_per_h;

	if (c->occasion == LULL_SECOND_START || c->occasion == LULL_SECOND_BAG)
		f->bag_checked = true;
	if (c->occasion == LULL_SECOND_HANDOVER)
		f->handover_open = false;
	if (c->occasion == LULL_SECOND_START || c->occasion == LULL_SECOND_RATE) {
		f->second_ms = e->at_ms;
		f->second_ml_per_h = c->ml_per_h;
		f->second_for = c->occasion;
	}
	if (f->rate_check_open && off_mg_per_h <= 1e-6 && off_mg_per_h >= -1e-6)
		close_unchecked(s);
}

static void do_open(struct lull_session_fold *f, const struct lull_session_event *e)
{
	f->phase = LULL_SESSION_PREPARING;
	f->plan = e->body.open;
	f->opened_ms = f->settled_ms = e->at_ms;
	f->responsible = e->actor;
}

/* Everything an event changes; entry holds it already. */
static int effect(struct lull_session *s, struct lull_session_entry *entry, struct lull_err *err)
{
	struct lull_session_fold *f = &s->now;
	const struct lull_session_event *e = &entry->event;
	int rc = settle(s, e->at_ms, e->seq, err);

	if (rc != LULL_OK)
		return rc;
	switch ((enum lull_session_kind)e->kind) {
	case LULL_EV_OPEN:
		do_open(f, e);
		break;
	case LULL_EV_CHECK:
		do_check(s, f, e);
		break;
	case LULL_EV_WEIGHT:
		f->weight_day = e->day;
		f->weight_kg = e->body.weight.kg;
		f->weight_measured = true;
		f->second_ms = 0;
		break;
	case LULL_EV_CONSENT:
		f->has_consent = true;
		f->consent_day = e->day;
		break;
	case LULL_EV_SUICIDALITY:
		/* a lower answer does not close what a higher one opened; a review does */
		if (!f->risk_open || e->body.suicidality.risk >= f->risk) {
			f->risk = e->body.suicidality.risk;
			f->risk_open = f->risk > LULL_RISK_NONE;
			f->risk_ms = e->at_ms;
		}
		f->risk_day = e->day;
		break;
	case LULL_EV_REVIEW:
		f->risk_open = false;
		f->review_day = e->day;
		break;
	case LULL_EV_DRUG:
		do_drug(f, &e->body.drug);
		break;
	case LULL_EV_BAG:
		f->bag_mg_per_ml = e->body.bag.mg_per_ml;
		f->bag_checked = false;
		f->bag_by = e->actor;
		f->second_ms = 0;
		break;
	case LULL_EV_PROGRAM:
		f->program_ml_per_h = e->body.program.ml_per_h;
		f->programmer = e->actor;
		f->program_seq = e->seq;
		f->second_ms = 0;
		break;
	case LULL_EV_SECOND:
		do_second(s, e);
		break;
	case LULL_EV_PUMP:
		rc = do_pump(s, e, entry, err);
		break;
	case LULL_EV_SIGNS:
		do_signs(s, e);
		break;
	case LULL_EV_ADVERSE:
		f->n_adverse++;
		if (e->body.adverse.grade > f->worst_grade)
			f->worst_grade = e->body.adverse.grade;
		break;
	case LULL_EV_RESCUE:
		f->had_benzodiazepine |= lull_text_eq(e->body.rescue.card, "midazolam") ||
					 lull_text_eq(e->body.rescue.card, "lorazepam");
		break;
	case LULL_EV_SCORE:
		*(lull_text_eq(e->body.score.instrument, "aldrete") ? &f->aldrete : &f->padss) = e->body.score.total;
		*(lull_text_eq(e->body.score.instrument, "aldrete") ? &f->aldrete_ms : &f->padss_ms) = e->at_ms;
		break;
	case LULL_EV_LAB:
		f->alt_x_uln = e->body.lab.alt_x_uln;
		f->bilirubin_x_uln = e->body.lab.bilirubin_x_uln;
		f->lab_day = e->day;
		do_lab(s, e, entry);
		break;
	case LULL_EV_HANDOVER:
		f->handover_open = true;
		f->responsible = e->body.handover.to;
		break;
	case LULL_EV_DISCHARGE:
		f->escort = e->body.discharge.escort;
		f->sheet = e->body.discharge.sheet;
		f->phase = LULL_SESSION_DISCHARGED;
		f->discharged_ms = e->at_ms;
		f->discharge_day = e->day;
		break;
	case LULL_EV_CONTACT:
		f->contacted |= e->body.contact.reached;
		if (e->body.contact.reached)
			f->phase = LULL_SESSION_CLOSED;
		break;
	case LULL_EV_CORRECT:
	case LULL_EV_NOTE:
	case LULL_N_SESSION_KINDS:
		break;
	}
	if (e->at_ms > f->last_ms)
		f->last_ms = e->at_ms;
	if (rc == LULL_OK && lull_session__is_over(s, e->at_ms))
		entry->flag = lull_session__rule(s->kb, "FLAG-OVER");
	return rc;
}

/* ---- apply -------------------------------------------------------------------------------- */

static void start_fold(struct lull_session *s)
{
	struct lull_session_rate *rates = s->now.rates;
	const size_t cap = s->now.cap_rates;

	s->now = (struct lull_session_fold){ .rates = rates, .cap_rates = cap };
	for (int i = 0; i < LULL_N_VITALS; i++)
		s->now.signs.value[i] = s->now.baseline.value[i] = NAN;
	for (int i = 0; i < LULL_SESSION_MAX_CHECKS; i++)
		s->now.check_day[i] = LULL_DAY_NONE;
	s->now.weight_day = s->now.consent_day = s->now.risk_day = s->now.review_day = LULL_DAY_NONE;
	s->now.discharge_day = s->now.lab_day = LULL_DAY_NONE;
	s->now.weight_kg = s->now.alt_x_uln = s->now.bilirubin_x_uln = NAN;
}

void lull_session_init(struct lull_session *session, const struct lull_session_kb *kb, struct lull_arena *arena)
{
	*session = (struct lull_session){ .kb = kb, .arena = arena };
	start_fold(session);
}

/* After a correction: everything that stands, from the start. What would be refused today stays and is marked. */
static int refold(struct lull_session *s, struct lull_err *err)
{
	const struct lull_session_rule *rule;
	struct lull_err why = { 0 };

	start_fold(s);
	for (size_t i = 0; i < s->n_entries; i++) {
		struct lull_session_entry *entry = &s->entries[i];
		if (entry->is_void)
			continue;
		entry->flag = NULL;
		entry->is_contested = entry->event.kind != LULL_EV_CORRECT && entry->event.kind != LULL_EV_NOTE &&
				      lull_session__gate(s, &entry->event, &rule, &why) != LULL_OK;
		const int rc = effect(s, entry, err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

static struct lull_session_entry *entry_of(const struct lull_session *s, int64_t seq)
{
	for (size_t i = 0; i < s->n_entries; i++)
		if (s->entries[i].event.seq == seq)
			return &s->entries[i];
	return NULL;
}

static int check_seq(const struct lull_session *s, const struct lull_session_event *e, struct lull_session_answer *answer,
		     struct lull_err *err)
{
	const int64_t last = s->n_entries ? s->entries[s->n_entries - 1].event.seq : 0;

	if (e->seq > last)
		return LULL_OK;
	const struct lull_session_entry *known = entry_of(s, e->seq);
	if (!known || e->seq < 1)
		return lull_fail(err, LULL_ECONFLICT, "$.seq", "numbers rise: the last entry has number %lld", (long long)last);
	answer->was_known = true;
	answer->rule = known->flag;
	answer->is_conflict = known->is_conflict;
	answer->grade = s->now.grade;
	return LULL_OK;
}

/* Room for every piece of rate that the entries may make, so that an accepted entry cannot fail half-way:
 * one an entry by the pump, one where a container runs dry. */
static int reserve(struct lull_session *s, struct lull_err *err)
{
	struct lull_session_fold *f = &s->now;
	struct lull_session_rate *grown = lull_arena_grow(s->arena, f->rates, f->n_rates, &f->cap_rates,
							  2 * (s->n_entries + 1), sizeof(*grown));
	if (!grown)
		return lull_nomem(err);
	f->rates = grown;
	return LULL_OK;
}

int lull_session_apply(struct lull_session *s, const struct lull_session_event *e, struct lull_session_answer *answer,
		       struct lull_err *err)
{
	struct lull_session_entry *grown;
	int rc;

	*answer = (struct lull_session_answer){ .code = LULL_OK };
	if ((rc = answer->code = check_seq(s, e, answer, err)) != LULL_OK || answer->was_known)
		return rc;
	if ((rc = answer->code = lull_session__gate(s, e, &answer->rule, err)) != LULL_OK)
		return rc;
	if (s->n_entries >= LULL_SESSION_MAX_EVENTS)
		return answer->code = lull_fail(err, LULL_ELIMIT, "$", "a session has at most %d entries", LULL_SESSION_MAX_EVENTS);
	grown = lull_arena_grow(s->arena, s->entries, s->n_entries, &s->cap_entries, s->n_entries + 1, sizeof(*grown));
	if (!grown)
		return answer->code = lull_nomem(err);
	s->entries = grown;
	struct lull_session_entry *entry = &s->entries[s->n_entries];
	*entry = (struct lull_session_entry){ 0 };
	if ((rc = answer->code = keep(s, e, &entry->event, err)) != LULL_OK ||
	    (rc = answer->code = reserve(s, err)) != LULL_OK)
		return rc;
	const bool is_control = e->kind == LULL_EV_PUMP || e->kind == LULL_EV_PROGRAM || e->kind == LULL_EV_BAG;
	entry->is_conflict = is_control && e->based_on > 0 && e->based_on < s->now.rate_seq;
	s->n_entries++;
	if (e->kind == LULL_EV_CORRECT) {
		entry_of(s, (int64_t)e->body.correct.seq)->is_void = true;
		rc = refold(s, err);
	} else {
		rc = effect(s, entry, err);
	}
	answer->code = rc;
	answer->rule = entry->flag;
	answer->is_conflict = entry->is_conflict;
	answer->grade = s->now.grade;
	return rc;
}

double lull_session_given_mg(const struct lull_session *s, int64_t from_ms, int64_t to_ms)
{
	const struct lull_session_fold *f = &s->now;
	double mg = 0;

	for (size_t i = 0; i < f->n_rates; i++) {
		const bool is_last = i + 1 == f->n_rates;
		int64_t a = f->rates[i].at_ms, b = is_last ? to_ms : f->rates[i + 1].at_ms;
		/* the last piece ends where the container does */
		if (is_last && f->rates[i].mg_per_h > 0) {
			const double left_ms = lull_session__capacity(f) / f->rates[i].mg_per_h * LULL_MS_PER_H;
			if ((double)(b - f->settled_ms) > left_ms)
				b = f->settled_ms + (int64_t)left_ms;
		}
		a = a > from_ms ? a : from_ms;
		b = b < to_ms ? b : to_ms;
		if (b > a)
			mg += f->rates[i].mg_per_h * (double)(b - a) / LULL_MS_PER_H;
	}
	return mg;
}
