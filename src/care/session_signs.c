/* Alarm rows against signs, and when signs are due. Thresholds: monitoring.yaml and session.yaml; at the line counts. */
#include "session_own.h"

#include <math.h>

bool lull_session__is_complete(const struct lull_ev_signs *g)
{
	return !isnan(g->value[LULL_VITAL_sbp_mmhg]) && !isnan(g->value[LULL_VITAL_dbp_mmhg]) &&
	       !isnan(g->value[LULL_VITAL_hr_per_min]) && !isnan(g->value[LULL_VITAL_spo2_pct]) &&
	       !isnan(g->value[LULL_VITAL_rr_per_min]) &&
	       (!isnan(g->value[LULL_VITAL_moaas]) || !isnan(g->value[LULL_VITAL_rass]));
}

static bool is_at(const struct lull_session_signal *row, double value, double line)
{
	return !isnan(line) && (row->at_or == LULL_LINE_ABOVE ? value >= line : value <= line);
}

static int grade_by_rise(const struct lull_session_signal *row, double value, double before)
{
	if (isnan(before))
		return LULL_SIGNS_FINE;
	if (!isnan(row->rise_hold_frac) && value >= before * (1 + row->rise_hold_frac))
		return LULL_SIGNS_HOLD;
	if (!isnan(row->rise_watch_frac) && value >= before * (1 + row->rise_watch_frac))
		return LULL_SIGNS_WATCH;
	return !isnan(row->rise_watch) && value - before >= row->rise_watch ? LULL_SIGNS_WATCH : LULL_SIGNS_FINE;
}

/* A stop line that must last: hold at once, stop when it has been crossed for confirm_min without a break. */
static int grade_row(const struct lull_session_signal *row, double value, double before, int64_t at_ms, int64_t *since_ms)
{
	const int rise = grade_by_rise(row, value, before);

	if (is_at(row, value, row->stop)) {
		if (!*since_ms)
			*since_ms = at_ms;
		if (isnan(row->confirm_min) || (double)(at_ms - *since_ms) >= row->confirm_min * LULL_MS_PER_MIN)
			return LULL_SIGNS_STOP;
		return LULL_SIGNS_HOLD;
	}
	*since_ms = 0;
	if (is_at(row, value, row->hold))
		return LULL_SIGNS_HOLD;
	const int own = is_at(row, value, row->watch) ? LULL_SIGNS_WATCH : LULL_SIGNS_FINE;
	return own > rise ? own : rise;
}

void lull_session__signs(const struct lull_session_kb *kb, struct lull_session_fold *f, const struct lull_ev_signs *signs,
			 int64_t at_ms)
{
	const bool has_baseline = f->started_ms != 0;

	f->n_advice = 0;
	f->grade = LULL_SIGNS_FINE;
	for (size_t i = 0; i < kb->n_signals; i++) {
		const struct lull_session_signal *row = &kb->signals[i];
		const double value = signs->value[row->sign];
		/* a sign not taken this time keeps what it said last */
		if (!isnan(value)) {
			f->row_grade[i] = grade_row(row, value, has_baseline ? f->baseline.value[row->sign] : NAN, at_ms,
						    &f->since_ms[i]);
			f->row_value[i] = value;
		}
		if (f->row_grade[i] == LULL_SIGNS_FINE)
			continue;
		f->advice[f->n_advice++] = (struct lull_session_advice){ row, f->row_grade[i], f->row_value[i] };
		if (f->row_grade[i] > f->grade)
			f->grade = f->row_grade[i];
	}
}

static double interval_min(const struct lull_session_kb *kb, const struct lull_session_fold *f, double since_change_h)
{
	const int group = f->plan.place == LULL_AT_INPATIENT ? LULL_GROUP_INPATIENT : LULL_GROUP_CHAIR;
	double last = NAN;

	for (size_t i = 0; i < kb->monitoring->n_schedule; i++) {
		const struct lull_watch *w = &kb->monitoring->schedule[i];
		if (w->phase != LULL_PHASE_RUNNING || isnan(w->every_min) || !(w->groups >> group & 1))
			continue;
		last = w->every_min;
		if (isnan(w->until_h) || since_change_h < w->until_h)
			return last;
	}
	return last;
}

int64_t lull_session__due(const struct lull_session_kb *kb, const struct lull_session_fold *f)
{
	if (f->phase != LULL_SESSION_RUNNING && f->phase != LULL_SESSION_HELD && f->phase != LULL_SESSION_RECOVERY)
		return 0;
	const int64_t last = f->signs_ms > f->rate_ms ? f->signs_ms : f->rate_ms;
	double every = interval_min(kb, f, (double)(last - f->rate_ms) / LULL_MS_PER_H);

	for (size_t i = 0; i < kb->monitoring->n_schedule; i++) {
		const struct lull_watch *w = &kb->monitoring->schedule[i];
		const bool is_close = f->signs_since_change < w->times || f->grade >= LULL_SIGNS_HOLD;
		if (w->phase == LULL_PHASE_AFTER_CHANGE && is_close && f->phase != LULL_SESSION_RECOVERY)
			every = w->every_min;
	}
	return isnan(every) ? last : last + (int64_t)(every * LULL_MS_PER_MIN);
}
