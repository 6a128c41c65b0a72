/* What a session looks like at a moment: amounts, what is overdue, what is missing, the next action. Changes nothing. */
#include "session_own.h"

#include <math.h>

#include "lull/base/text.h"

/* Concentration at now from the rates that ran; NAN without a model. */
static double predict(const struct lull_session *s, int64_t now_ms)
{
	const struct lull_session_fold *f = &s->now;
	struct lull_kin_state state = { 0 };

	if (!s->modes || !f->n_rates)
		return NAN;
	for (size_t i = 0; i < f->n_rates; i++) {
		const int64_t a = f->rates[i].at_ms, b = i + 1 < f->n_rates ? f->rates[i + 1].at_ms : now_ms;
		const double full_h = (double)((b < now_ms ? b : now_ms) - a) / LULL_MS_PER_H;
		const double mg = lull_session_given_mg(s, a, b < now_ms ? b : now_ms);
		const double on_h = f->rates[i].mg_per_h > 0 ? mg / f->rates[i].mg_per_h : 0;
		if (!(full_h > 0))
			continue;
		lull_kin_advance(s->modes, f->rates[i].mg_per_h, on_h < full_h ? on_h : full_h, &state);
		if (on_h < full_h)
			lull_kin_advance(s->modes, 0, full_h - on_h, &state);
	}
	return lull_kin_parent_ng_per_ml(s->modes, &state);
}

static void compare_plan(const struct lull_session *s, int64_t now_ms, struct lull_session_view *v)
{
	const struct lull_session_fold *f = &s->now;
	const double now_h = f->started_ms ? (double)(now_ms - f->started_ms) / LULL_MS_PER_H : 0;
	struct lull_kin_state state = { 0 };
	double at_h = 0;

	v->planned_mg_by_now = f->plan.n_steps ? 0 : NAN;
	v->planned_conc_ng_per_ml = NAN;
	for (size_t i = 0; i < f->plan.n_steps; i++) {
		const struct lull_ev_step *step = &f->plan.steps[i];
		const double to_h = step->to_h < now_h ? step->to_h : now_h;
		if (!(to_h > step->from_h))
			continue;
		v->planned_mg_by_now += step->mg_per_h * (to_h - step->from_h);
		if (s->modes && step->from_h >= at_h) {
			lull_kin_advance(s->modes, 0, step->from_h - at_h, &state);
			lull_kin_advance(s->modes, step->mg_per_h, to_h - step->from_h, &state);
			at_h = to_h;
		}
	}
	if (s->modes && f->plan.n_steps && f->started_ms) {
		lull_kin_advance(s->modes, 0, now_h > at_h ? now_h - at_h : 0, &state);
		v->planned_conc_ng_per_ml = lull_kin_parent_ng_per_ml(s->modes, &state);
	}
}

static void put_amounts(const struct lull_session *s, int64_t now_ms, struct lull_session_view *v)
{
	const struct lull_session_fold *f = &s->now;

	v->given_mg = lull_session__given(f, now_ms);
	v->given_24h_mg = lull_session_given_mg(s, now_ms - 24 * 3600000LL, now_ms);
	v->opened_mg = f->opened_mg;
	v->drawn_mg = f->drawn_mg;
	v->line_mg = f->line_mg;
	v->wasted_mg = f->wasted_mg;
	v->balance_mg = f->drawn_mg - f->line_mg - f->wasted_mg - v->given_mg;
	v->left_mg = v->balance_mg > 0 ? v->balance_mg : 0;
	v->is_bag_empty = f->bag_mg_per_ml > 0 && f->started_ms && v->left_mg <= 0 && !f->stopped_ms;
	v->mg_per_h = v->is_bag_empty ? 0 : f->rate_mg_per_h;
	v->ml_per_h = f->bag_mg_per_ml > 0 ? v->mg_per_h / f->bag_mg_per_ml : 0;
	v->mg_per_kg_per_h = f->plan.dosing_kg > 0 ? v->mg_per_h / f->plan.dosing_kg : NAN;
}

static const char *next_of(const struct lull_session *s, const struct lull_session_view *v, bool is_over)
{
	const struct lull_session_fold *f = &s->now;
	const bool is_on = f->phase == LULL_SESSION_RUNNING || f->phase == LULL_SESSION_HELD;

	if (is_on && is_over)
		return "Stop: a dose limit is reached; tell the prescriber";
	if (f->phase == LULL_SESSION_RUNNING && v->is_bag_empty)
		return "The container is empty by arithmetic: hold, look at the pump";
	if (v->signs_overdue)
		return "Take the signs: they are overdue, and there is no advice until then";
	if (is_on && f->risk == LULL_RISK_HIGH && f->risk_open)
		return "Hold: high suicide risk; psychiatric review today";
	if (is_on && !f->has_consent)
		return "Hold: the consent no longer stands";
	if (is_on && (f->grade == LULL_SIGNS_STOP || f->stop_asked))
		return "Stop and call the clinician";
	if (f->phase == LULL_SESSION_RUNNING && f->grade == LULL_SIGNS_HOLD)
		return "Reduce by 25 to 50 % or hold, and take the signs again";
	if (f->phase == LULL_SESSION_HELD)
		return v->restarts_left <= 0 && f->held_for_alarm ? "Stop: no restart is left"
		       : v->resume_in_min > 0 ? "Wait: back inside the watch lines for 10 min before a restart at half the rate"
					      : "May resume after programming and second check, or stop";
	switch (f->phase) {
	case LULL_SESSION_NEW:
		return "Open the session with its plan";
	case LULL_SESSION_PREPARING:
		if (v->n_missing)
			return "Do what is missing before the start";
		return f->second_ms ? "Start" : f->program_seq ? "Second check by another person" : "Program the pump";
	case LULL_SESSION_RUNNING:
		return f->handover_open ? "Second check of the handover"
		       : !f->bag_checked ? "Second check of the container"
		       : f->rate_check_open ? "Second check of the lowered rate"
		       : f->grade == LULL_SIGNS_WATCH ? "Go on and watch" : "Go on";
	case LULL_SESSION_RECOVERY:
		return v->n_missing ? "Watch; see what is missing to go home" : "May go home with escort and sheet";
	case LULL_SESSION_DISCHARGED:
		return "Contact on the next day: side effects and mood";
	default:
		return "Nothing: the session is closed";
	}
}

static void put_hold(const struct lull_session *s, int64_t now_ms, struct lull_session_view *v)
{
	const struct lull_session_fold *f = &s->now;
	const struct lull_monitoring *m = s->kb->monitoring;
	const double good = f->good_since_ms ? (double)(now_ms - f->good_since_ms) / LULL_MS_PER_MIN : 0;
	const double wait = m->resume_after_min.value - good;

	v->resume_max_mg_per_h = v->resume_in_min = NAN;
	v->restarts_left = (int)m->max_restarts.value - f->restarts;
	if (f->phase != LULL_SESSION_HELD)
		return;
	v->resume_max_mg_per_h = f->rate_before_hold_mg_per_h * (f->held_for_alarm ? m->resume_frac.value : 1);
	v->resume_in_min = f->held_for_alarm && wait > 0 ? wait : 0;
}

static int put_looks(const struct lull_session *s, struct lull_arena *arena, struct lull_session_view *v,
		     struct lull_err *err)
{
	v->looks = LULL_ARENA_NEW(arena, const struct lull_session_entry *, s->n_entries + 1);
	if (!v->looks)
		return lull_nomem(err);
	for (size_t i = 0; i < s->n_entries; i++) {
		const struct lull_session_entry *e = &s->entries[i];
		if (!e->is_void && (e->flag || e->is_contested || e->is_conflict))
			v->looks[v->n_looks++] = e;
	}
	return LULL_OK;
}

int lull_session_view(const struct lull_session *s, int64_t now_ms, struct lull_arena *arena,
		      struct lull_session_view *out, struct lull_err *err)
{
	enum { MOST = LULL_SESSION_MAX_CHECKS + 24 };
	const struct lull_session_fold *f = &s->now;
	struct lull_session_view v = { .phase = f->phase, .grade = f->grade, .now_ms = now_ms };

	if (now_ms < f->last_ms)
		now_ms = v.now_ms = f->last_ms; /* a clock that went back tells nothing */
	v.missing = LULL_ARENA_NEW(arena, struct lull_session_missing, MOST);
	if (!v.missing)
		return lull_nomem(err);
	put_amounts(s, now_ms, &v);
	compare_plan(s, now_ms, &v);
	v.conc_ng_per_ml = predict(s, now_ms);
	v.signs_due_ms = lull_session__due(s->kb, f);
	v.signs_overdue = v.signs_due_ms && now_ms > v.signs_due_ms;
	v.overdue_min = v.signs_overdue ? (double)(now_ms - v.signs_due_ms) / LULL_MS_PER_MIN : 0;
	/* advice lives a few minutes, and never past the next set of signs */
	v.advice_expires_ms = f->signs_ms ? f->signs_ms + (int64_t)(s->kb->advice_min.value * LULL_MS_PER_MIN) : 0;
	if (v.signs_due_ms && v.advice_expires_ms > v.signs_due_ms)
		v.advice_expires_ms = v.signs_due_ms;
	v.has_advice = f->n_advice && !v.signs_overdue && now_ms <= v.advice_expires_ms;
	put_hold(s, now_ms, &v);
	/* the civil day of now: by the offset of the last entry */
	const int offset = s->n_entries ? s->entries[s->n_entries - 1].event.offset_min : 0;
	const lull_day day = (lull_day)((now_ms + (int64_t)offset * LULL_MS_PER_MIN) / 86400000);
	if (f->phase == LULL_SESSION_PREPARING) {
		v.n_missing = lull_session__missing_to_start(s, day, now_ms, v.missing, MOST);
	} else if (f->phase == LULL_SESSION_RUNNING || f->phase == LULL_SESSION_HELD) {
		v.n_missing = lull_session__missing_today(s, day, v.missing, MOST);
	} else if (f->phase == LULL_SESSION_RECOVERY) {
		v.n_missing = lull_session__missing_to_leave(s, now_ms, true, true, v.missing, MOST);
	}
	v.n_missing = v.n_missing < MOST ? v.n_missing : MOST;
	const int rc = put_looks(s, arena, &v, err);
	v.next = next_of(s, &v, lull_session__is_over(s, now_ms));
	if (rc == LULL_OK)
		*out = v;
	return rc;
}
