/* Records to ops and outputs: one subject's events in the order of time, with NONMEM's meaning.
 *
 * Records come in file order. Between two records, what is due happens: lagged and additional doses
 * arrive, infusions end. What is due at a record's time comes before the record. Rules, with
 * worked examples: docs/events.md. */
#include "events_private.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "lull/base/text.h"

/* Times that differ by rounding only (3 * 0.1 and 0.3) are one time. */
#define TIE (32 * DBL_EPSILON)

struct dose {
	int state;
	double lag_h, amount, dur_h, rate_per_h; /* dur_h 0: at once          */
};

struct run {
	const struct lull_events__source *source;
	const struct lull_subject *subject;
	const struct lull_events_ask *ask;
	struct lull_events_work *w;
	struct lull_err *err;
	bool fills;        /* outputs are listed one by one                    */
	bool lists_last;   /* only last_dose_h is listed: a grid               */
	size_t i_grid;     /* the next grid time that was not yet listed       */
	double t_h;        /* engine time now                                  */
	double shift_h;    /* engine time less the file's: > 0 after a restart */
	double last_dose_h;
	size_t i_epoch;    /* in force                                         */
	size_t parts_epoch[LULL_PM_MAX_INPUTS]; /* 1 + epoch of the parts at hand; 0: none */
	int n_parts[LULL_PM_MAX_INPUTS];
	struct lull_pm_part parts[LULL_PM_MAX_INPUTS][LULL_PM_MAX_PARTS];
};

static double tie_of(double t_h)
{
	const double size = t_h < 0 ? -t_h : t_h;
	return TIE * (size > 1 ? size : 1);
}

/* The grid's own number where t_h is one of its times but for rounding. */
static double snap(const struct run *run, double t_h)
{
	const struct lull_events_ask *ask = run->ask;
	if (!ask->n_grid)
		return t_h;
	const double tie = tie_of(t_h);
	size_t i = 0;
	if (ask->grid_step_h > 0) {
		const double at = (t_h - ask->grid_h[0]) / ask->grid_step_h + 0.5;
		if (!(at >= 0) || at >= (double)ask->n_grid)
			return t_h;
		i = (size_t)at;
	} else {
		const double last_h = t_h + tie;
		for (size_t n = ask->n_grid, half; n > 1; n -= half) { /* the last that is not after t_h by more than a tie */
			half = n / 2;
			i += ask->grid_h[i + half] <= last_h ? half : 0;
		}
	}
	const double off = ask->grid_h[i] - t_h;
	return off <= tie && -off <= tie ? ask->grid_h[i] : t_h;
}

/* ---- outputs ------------------------------------------------------------------------- */

static void list(struct run *run, double t_h, double report_h, int32_t record)
{
	struct lull_events_work *w = run->w;
	const size_t i = w->n_out++;
	const double last = run->last_dose_h;
	w->last_dose_h[i] = last > report_h ? report_h : last; /* a tie */
	if (!run->fills)
		return;
	w->t_h[i] = t_h;
	w->report_h[i] = report_h;
	w->ops_before[i] = (uint32_t)w->n_ops;
	w->record[i] = record;
}

/* The grid's times before t_h, or up to it. */
static void list_grid(struct run *run, double t_h, bool with_it)
{
	const double *grid_h = run->ask->grid_h;
	const size_t n = run->ask->n_grid;
	if (!run->fills && !run->lists_last)
		return;
	while (run->i_grid < n && (grid_h[run->i_grid] < t_h || (with_it && grid_h[run->i_grid] <= t_h))) {
		list(run, grid_h[run->i_grid], grid_h[run->i_grid], -1);
		run->i_grid++;
	}
}

/* ---- doses --------------------------------------------------------------------------- */

static int bad_record(const struct run *run, const struct lull_record *record, const char *column, int code,
		      const char *what)
{
	char where[96];
	lull_text_format(where, sizeof(where), "ID %s, line %zu, %s", run->subject->id_text, record->line, column);
	return lull_fail(run->err, code, where, "%s", what);
}

static bool is_constant(const struct lull_record *record)
{
	return record->ss && !(record->amt > 0) && !(record->ii_h > 0);
}

/* A dose begins to enter at t_h (engine time). */
static int enter(struct run *run, double t_h, const struct dose *dose)
{
	struct lull_events_work *w = run->w;
	const double end_h = t_h + dose->dur_h;
	if (!(end_h > t_h)) { /* at once, or shorter than time can tell */
		const struct lull_op op = { .t_h = t_h, .amount = dose->amount, .kind = LULL_OP_BOLUS,
					    .state = (int16_t)dose->state };
		return lull_events__op(w, &op, run->err);
	}
	struct lull_events__due end = { .t_h = end_h, .kind = LULL_EVENTS__STOP };
	const int rc = lull_events__start(w, t_h, dose->state, dose->rate_per_h, &end.id, run->err);
	return rc == LULL_OK ? lull_events__push(w, &end, run->err) : rc;
}

/* Doses k .. k_last of a series whose dose 0 arrives at base_h. */
static int enter_series(struct run *run, const struct dose *dose, double base_h, double ii_h, int64_t k,
			int64_t k_last)
{
	struct lull_events__due due = { .kind = LULL_EVENTS__START, .state = dose->state, .amount = dose->amount,
					.rate_per_h = dose->rate_per_h, .dur_h = dose->dur_h, .base_h = base_h,
					.ii_h = ii_h, .k = k, .k_last = k_last };
	due.t_h = base_h + (double)k * ii_h;
	if (due.t_h - run->t_h <= tie_of(run->t_h)) { /* now */
		const int rc = enter(run, run->t_h, dose);
		if (rc != LULL_OK || k == k_last)
			return rc;
		due.k++;
		due.t_h = base_h + (double)due.k * ii_h;
	}
	return lull_events__push(run->w, &due, run->err);
}

static int parts_of(struct run *run, size_t i_epoch, int input)
{
	if (run->parts_epoch[input] == i_epoch + 1)
		return LULL_OK;
	const int rc = run->source->parts(run->source->user, i_epoch, input, run->parts[input],
					  &run->n_parts[input], run->err);
	if (rc != LULL_OK)
		return rc;
	for (int i = 0; i < run->n_parts[input]; i++) {
		const struct lull_pm_part *part = &run->parts[input][i];
		const bool is_right = part->frac >= 0 && part->frac <= DBL_MAX && part->lag_h >= 0 &&
				      part->lag_h <= LULL_EVENTS_MAX_H && !(part->dur_h < 0) &&
				      !(part->dur_h > LULL_EVENTS_MAX_H) && !(part->rate < 0) &&
				      !(part->rate > DBL_MAX) && part->state >= 0 &&
				      part->state < run->source->n_states;
		if (!is_right)
			return lull_fail(run->err, LULL_EDOMAIN, run->subject->id_text,
					 "bioavailability %g, lag %g h, duration %g h or rate %g of a dose is impossible",
					 part->frac, part->lag_h, part->dur_h, part->rate);
	}
	run->parts_epoch[input] = i_epoch + 1;
	return LULL_OK;
}

/* How part `i` of a dose enters. NONMEM's meaning of F: at a given rate it changes the duration, at a given
 * duration the rate; a modelled rate is a rate, a modelled duration a duration. Parts share a given rate in the
 * proportion of their fractions, so that all together the record's rate enters. */
static struct dose dose_of(const struct lull_record *record, const struct lull_pm_part *part, double frac_all,
			   int n_parts)
{
	struct dose dose = { .state = part->state, .lag_h = part->lag_h, .amount = record->amt * part->frac };
	const double share = frac_all > 0 ? part->frac / frac_all : 1.0 / n_parts;
	if (record->rate > 0) {
		dose.dur_h = record->amt * frac_all / record->rate;
		dose.rate_per_h = record->rate * share;
	} else if (record->rate < 0 && record->rate > -1.5 && part->rate > 0) {
		dose.dur_h = dose.amount / part->rate;
		dose.rate_per_h = part->rate;
	} else {
		dose.dur_h = record->dur_h > 0 ? record->dur_h : part->dur_h > 0 ? part->dur_h : 0;
		dose.rate_per_h = dose.dur_h > 0 ? dose.amount / dose.dur_h : 0;
	}
	if (!(dose.rate_per_h <= DBL_MAX)) /* so short that it is a bolus */
		dose.rate_per_h = dose.dur_h = 0;
	return dose;
}

/* Steady state of a constant rate, which has run for ever and ends lag_h after the record. F does not apply. */
static int steady_constant(struct run *run, const struct dose *dose, int kind)
{
	const struct lull_op op = { .t_h = run->t_h, .amount = dose->rate_per_h, .kind = (int16_t)kind,
				    .state = (int16_t)dose->state };
	int rc = lull_events__op(run->w, &op, run->err);
	struct lull_events__due end = { .t_h = run->t_h + dose->lag_h, .kind = LULL_EVENTS__STOP };
	if (rc != LULL_OK || !(end.t_h > run->t_h))
		return rc;
	rc = lull_events__start(run->w, run->t_h, dose->state, dose->rate_per_h, &end.id, run->err);
	return rc == LULL_OK ? lull_events__push(run->w, &end, run->err) : rc;
}

/* Infusions of earlier doses that still run: the last began phase_h ago, the ones before it every ii_h. */
static int steady_tails(struct run *run, const struct dose *dose, double ii_h, double phase_h)
{
	if (!(dose->dur_h > 0))
		return LULL_OK;
	const int64_t first = phase_h > 0 ? 0 : 1; /* phase 0: that dose has not yet entered */
	int64_t j = first;
	while (phase_h + (double)j * ii_h < dose->dur_h)
		if (++j - first > LULL_EVENTS_MAX_OVERLAP)
			return lull_fail(run->err, LULL_ELIMIT, run->subject->id_text,
					 "an infusion of %g h every %g h: more than %d run at once", dose->dur_h, ii_h,
					 (int)LULL_EVENTS_MAX_OVERLAP);
	while (j-- > first) { /* the oldest first */
		struct lull_events__due end = { .kind = LULL_EVENTS__STOP };
		end.t_h = run->t_h + (dose->dur_h - (phase_h + (double)j * ii_h));
		if (!(end.t_h > run->t_h))
			continue;
		int rc = lull_events__start(run->w, run->t_h, dose->state, dose->rate_per_h, &end.id, run->err);
		if (rc == LULL_OK)
			rc = lull_events__push(run->w, &end, run->err);
		if (rc != LULL_OK)
			return rc;
	}
	return LULL_OK;
}

/* How long ago the last dose arrived when one is given every ii_h and arrives lag_h later, one being
 * given now; *n_under_way: how many of the earlier ones are still to arrive. */
static double steady_phase(double lag_h, double ii_h, int64_t *n_under_way)
{
	const double n = lag_h / ii_h;
	int64_t k = n < LULL_EVENTS_MAX_OVERLAP + 1 ? (int64_t)n : LULL_EVENTS_MAX_OVERLAP + 1;
	double rest_h = lag_h - (double)k * ii_h;
	if (rest_h < 0) { /* rounding */
		k--;
		rest_h += ii_h;
	}
	*n_under_way = k;
	if (rest_h <= TIE * ii_h)
		return 0;
	const double phase_h = ii_h - rest_h;
	if (phase_h > TIE * ii_h)
		return phase_h;
	*n_under_way = k + 1; /* the next one arrives now */
	return 0;
}

/* Nothing that was under way or running remains. */
static void cancel(struct run *run)
{
	run->w->n_due = 0;
	run->w->n_running = 0;
}

static int reset(struct run *run)
{
	const struct lull_op op = { .t_h = run->t_h, .kind = LULL_OP_RESET };
	cancel(run);
	memset(run->w->rate_now, 0, (size_t)run->source->n_states * sizeof(double));
	run->last_dose_h = NAN;
	return lull_events__op(run->w, &op, run->err);
}

/* The states of steady state. NONMEM clamps a lag at II; here the doses ordered at t - k II arrive lag_h
 * later, whatever the lag, so amounts balance. */
static int steady_part(struct run *run, const struct lull_record *record, const struct dose *dose, int kind)
{
	if (is_constant(record))
		return steady_constant(run, dose, kind);
	int64_t n_under_way = 0;
	const double phase_h = steady_phase(dose->lag_h, record->ii_h, &n_under_way);
	if (n_under_way > LULL_EVENTS_MAX_OVERLAP)
		return lull_fail(run->err, LULL_ELIMIT, run->subject->id_text,
				 "a lag of %g h with a dose every %g h: more than %d doses under way", dose->lag_h,
				 record->ii_h, (int)LULL_EVENTS_MAX_OVERLAP);
	const struct lull_op op = { .t_h = run->t_h, .amount = dose->amount, .interval_h = record->ii_h,
				    .dur_h = dose->dur_h, .phase_h = phase_h, .kind = (int16_t)kind,
				    .state = (int16_t)dose->state };
	const int rc = lull_events__op(run->w, &op, run->err);
	return rc == LULL_OK ? steady_tails(run, dose, record->ii_h, phase_h) : rc;
}

static int clear_rates(struct run *run)
{
	int rc = LULL_OK;
	for (int s = 0; s < run->source->n_states && rc == LULL_OK; s++)
		rc = lull_events__set_rate(run->w, run->t_h, s, run->err);
	return rc;
}

static int check_dose(const struct run *run, const struct lull_record *record, const struct lull_pm_part *parts,
		      int n_parts)
{
	bool has_rate = false, has_dur = false;
	for (int i = 0; i < n_parts; i++) {
		has_rate |= parts[i].rate > 0;
		has_dur |= parts[i].dur_h >= 0;
	}
	if (!(record->amt >= 0 && record->amt <= DBL_MAX) || !(record->rate >= -2 && record->rate <= DBL_MAX) ||
	    !(record->ii_h >= 0 && record->ii_h <= LULL_EVENTS_MAX_H) ||
	    !(record->dur_h >= 0 && record->dur_h <= LULL_EVENTS_MAX_H) || record->addl < 0 ||
	    record->addl > LULL_EVENTS_MAX_ADDL || record->ss < 0 || record->ss > 2)
		return bad_record(run, record, "AMT", LULL_EDOMAIN, "a dose with an impossible number");
	if ((record->addl || (record->ss && !is_constant(record))) && !(record->ii_h > 0))
		return bad_record(run, record, "II", LULL_EDOMAIN, "ADDL and SS need the interval II");
	if (is_constant(record) && (record->addl || !(record->rate > 0 || (record->rate < 0 && record->rate > -1.5))))
		return bad_record(run, record, "RATE", LULL_EDOMAIN,
				  "SS with AMT 0 is a constant infusion: it needs RATE, and neither DUR nor ADDL");
	if (record->ss && !(record->amt > 0) && !is_constant(record))
		return bad_record(run, record, "AMT", LULL_EDOMAIN, "SS with II needs AMT above 0");
	if (record->rate < -1.5 && !has_dur) {
		const int rc = bad_record(run, record, "RATE", LULL_EUNSUPPORTED,
					  "RATE is -2, but the model has no duration for this input");
		lull_mend(run->err, "give RATE or DUR, or an input whose absorption has a duration");
		return rc;
	}
	if (record->rate < 0 && record->rate > -1.5 && !has_rate) {
		const int rc = bad_record(run, record, "RATE", LULL_EUNSUPPORTED,
					  "RATE is -1, but the model has no rate above 0 for this input");
		lull_mend(run->err, "give RATE or DUR, or an input with a modelled rate");
		return rc;
	}
	return LULL_OK;
}

/* A dose by a covariate (0.5 mg/kg) becomes this person's. */
static int scale(const struct run *run, size_t i, struct lull_record *record)
{
	const struct lull_events__source *source = run->source;
	const size_t n = (size_t)source->n_covariates;
	const int per[2] = { record->amt_per, record->rate_per };
	for (int k = 0; k < 2; k++) {
		if (!per[k])
			continue;
		if (per[k] < 0 || per[k] > source->n_covariates)
			return bad_record(run, record, "AMT", LULL_EDOMAIN, "a dose by a covariate the model does not have");
		const double by = run->subject->covariates ? run->subject->covariates[i * n + (size_t)per[k] - 1]
							   : source->covariate_default[per[k] - 1];
		if (!(by > 0 && by <= DBL_MAX))
			return bad_record(run, record, "AMT", LULL_EDOMAIN, "a dose by a covariate that is not above 0");
		if (k == 0)
			record->amt *= by;
		else
			record->rate *= by;
	}
	return LULL_OK;
}

/* The dose of a record, its additional ones, and what steady state adds. */
static int give(struct run *run, const struct lull_record *record, size_t i_epoch)
{
	const int input = record->cmt - 1;
	if (input < 0 || input >= run->source->n_inputs)
		return bad_record(run, record, "CMT", LULL_EDOMAIN, "the model has no such input");
	int rc = parts_of(run, i_epoch, input);
	if (rc != LULL_OK)
		return rc;
	const struct lull_pm_part *parts = run->parts[input];
	const int n_parts = run->n_parts[input];
	rc = check_dose(run, record, parts, n_parts);
	if (rc != LULL_OK)
		return rc;
	double frac_all = 0;
	for (int i = 0; i < n_parts; i++)
		frac_all += parts[i].frac;
	if (record->ss == 1)
		cancel(run);
	for (int i = 0; i < n_parts && record->ss && rc == LULL_OK; i++) {
		const struct dose dose = dose_of(record, &parts[i], frac_all, n_parts);
		rc = steady_part(run, record, &dose, record->ss == 1 && i == 0 ? LULL_OP_STEADY : LULL_OP_ADD_STEADY);
	}
	if (record->ss == 1 && rc == LULL_OK)
		rc = clear_rates(run);
	for (int i = 0; i < n_parts && !is_constant(record) && rc == LULL_OK; i++) {
		const struct dose dose = dose_of(record, &parts[i], frac_all, n_parts);
		int64_t n_under_way = 0;
		if (record->ss)
			steady_phase(dose.lag_h, record->ii_h, &n_under_way);
		rc = enter_series(run, &dose, run->t_h + dose.lag_h, record->ii_h, -n_under_way, record->addl);
	}
	run->last_dose_h = record->t_h;
	if (rc != LULL_OK || !record->addl || run->ask->without_last_dose)
		return rc;
	const struct lull_events__due mark = { .t_h = run->t_h + record->ii_h, .kind = LULL_EVENTS__MARK,
					       .base_h = run->t_h, .ii_h = record->ii_h, .k = 1,
					       .k_last = record->addl };
	return lull_events__push(run->w, &mark, run->err);
}

/* ---- time ---------------------------------------------------------------------------- */

static int happen(struct run *run, struct lull_events__due *due)
{
	int rc = LULL_OK;
	if (due->kind == LULL_EVENTS__STOP)
		return lull_events__stop(run->w, run->t_h, due->id, run->err);
	if (due->kind == LULL_EVENTS__MARK) {
		run->last_dose_h = run->t_h - run->shift_h;
	} else {
		const struct dose dose = { .state = due->state, .amount = due->amount, .dur_h = due->dur_h,
					   .rate_per_h = due->rate_per_h };
		rc = enter(run, run->t_h, &dose);
	}
	if (rc != LULL_OK || due->k >= due->k_last)
		return rc;
	due->k++;
	due->t_h = due->base_h + (double)due->k * due->ii_h;
	return lull_events__push(run->w, due, run->err);
}

/* Time passes to t_h, and all that is due till then happens. */
static int pass_to(struct run *run, double t_h)
{
	struct lull_events_work *w = run->w;
	const double tie = tie_of(t_h);
	while (w->n_due && w->due[0].t_h <= t_h + tie) {
		struct lull_events__due due;
		lull_events__pop(w, &due);
		double at_h = due.t_h;
		if (due.t_h >= t_h - tie)
			at_h = t_h;
		else if (due.kind != LULL_EVENTS__STOP) /* an end makes no jump: rounding does not matter */
			at_h = snap(run, due.t_h);
		if (at_h > run->t_h)
			run->t_h = at_h;
		list_grid(run, run->t_h, false);
		const int rc = happen(run, &due);
		if (rc != LULL_OK)
			return rc;
	}
	if (t_h > run->t_h)
		run->t_h = t_h;
	list_grid(run, run->t_h, false);
	return LULL_OK;
}

/* From now on the person is that of the epoch. */
static int switch_to(struct run *run, size_t i_epoch)
{
	const struct lull_op op = { .t_h = run->t_h, .kind = LULL_OP_PERSON, .i_person = (int32_t)i_epoch };
	run->i_epoch = i_epoch;
	return lull_events__op(run->w, &op, run->err);
}

/* A record of the file: where the clock stands for it. A reset may set the time back; what was due after the
 * record before then never comes, for the reset cancels it. */
static int record_time(struct run *run, size_t i, double *t_h)
{
	const struct lull_record *record = &run->subject->records[i];
	*t_h = snap(run, record->t_h + run->shift_h);
	if (!(record->t_h >= -LULL_EVENTS_MAX_H && record->t_h <= LULL_EVENTS_MAX_H))
		return bad_record(run, record, "TIME", LULL_EDOMAIN, "TIME is out of range");
	if (!i || record->t_h >= record[-1].t_h)
		return LULL_OK;
	if (record->evid != LULL_EVID_RESET && record->evid != LULL_EVID_RESET_DOSE)
		return bad_record(run, record, "TIME", LULL_EDOMAIN, "TIME falls without a reset (EVID 3 or 4)");
	if (run->ask->n_grid) {
		const int rc = bad_record(run, record, "TIME", LULL_EUNSUPPORTED,
					  "time starts again at a reset, so a grid of times has two meanings");
		lull_mend(run->err, "ask for outputs at the records only, or let time go on");
		return rc;
	}
	run->shift_h = run->t_h - record->t_h;
	*t_h = run->t_h;
	return LULL_OK;
}

static int do_record(struct run *run, size_t i, size_t i_epoch)
{
	const struct lull_record *record = &run->subject->records[i];
	int rc = LULL_OK;
	if (run->ask->at_records && (record->evid == LULL_EVID_OBSERVE || record->evid == LULL_EVID_OTHER))
		list(run, run->t_h, record->t_h, (int32_t)i);
	if (record->evid == LULL_EVID_RESET || record->evid == LULL_EVID_RESET_DOSE)
		rc = reset(run);
	if (rc != LULL_OK || (record->evid != LULL_EVID_DOSE && record->evid != LULL_EVID_RESET_DOSE))
		return rc;
	if (!record->amt_per && !record->rate_per)
		return give(run, record, i_epoch);
	struct lull_record own = *record;
	rc = scale(run, i, &own);
	return rc == LULL_OK ? give(run, &own, i_epoch) : rc;
}

/* The first time that is asked for, and the record after which none is. */
static double first_asked(const struct run *run, size_t *n_needed)
{
	const struct lull_subject *subject = run->subject;
	double first_h = run->ask->n_grid ? run->ask->grid_h[0] : INFINITY;
	*n_needed = 0;
	for (size_t i = 0; i < subject->n_records && run->ask->at_records; i++) {
		const struct lull_record *record = &subject->records[i];
		if (record->evid != LULL_EVID_OBSERVE && record->evid != LULL_EVID_OTHER)
			continue;
		*n_needed = i + 1;
		first_h = record->t_h < first_h ? record->t_h : first_h;
	}
	return first_h;
}

static int run_records(struct run *run, size_t n_epochs)
{
	const struct lull_subject *subject = run->subject;
	const size_t *first = run->w->first;
	const bool has_grid = run->ask->n_grid > 0;
	const double end_h = has_grid ? run->ask->grid_h[run->ask->n_grid - 1] : -INFINITY;
	const bool is_next = subject->covariates_next;
	size_t n_needed = 0, epoch = 0;
	const double first_h = first_asked(run, &n_needed);
	int rc = LULL_OK;

	run->t_h = subject->n_records && subject->records[0].t_h < first_h ? subject->records[0].t_h : first_h;
	if (first_h < 0) { /* a mark of where time begins */
		const struct lull_op begin = { .t_h = run->t_h, .kind = LULL_OP_PERSON };
		rc = lull_events__op(run->w, &begin, run->err);
	}
	for (size_t i = 0; i < subject->n_records && rc == LULL_OK; i++) {
		double t_h = 0;
		const bool is_new = epoch + 1 < n_epochs && first[epoch + 1] == i;
		epoch += is_new;
		rc = record_time(run, i, &t_h);
		if (rc != LULL_OK || (i >= n_needed && !(t_h <= end_h)))
			break;
		if (is_next && is_new) { /* these numbers hold from the record before */
			rc = pass_to(run, run->t_h);
			list_grid(run, run->t_h, t_h > run->t_h);
			if (rc == LULL_OK)
				rc = switch_to(run, epoch);
		}
		if (rc == LULL_OK)
			rc = pass_to(run, t_h);
		if (rc == LULL_OK && !is_next && is_new)
			rc = switch_to(run, epoch);
		if (rc == LULL_OK)
			rc = do_record(run, i, epoch);
	}
	if (rc == LULL_OK && has_grid) {
		rc = pass_to(run, end_h > run->t_h ? end_h : run->t_h);
		list_grid(run, INFINITY, true);
	}
	return rc;
}

/* -1 for every time of a grid. */
static int fill_no_record(struct lull_events_work *work, size_t n, struct lull_err *err)
{
	if (n <= work->cap_no_record)
		return LULL_OK;
	int32_t *more = lull_mem_realloc(work->no_record, n * sizeof(*more));
	if (!more)
		return lull_nomem(err);
	for (size_t i = work->cap_no_record; i < n; i++)
		more[i] = -1;
	work->no_record = more;
	work->cap_no_record = n;
	return LULL_OK;
}

static void hand_out(const struct run *run, struct lull_track *out)
{
	const struct lull_events_work *w = run->w;
	const struct lull_events_ask *ask = run->ask;
	*out = (struct lull_track){ .ops = w->ops, .n_ops = w->n_ops };
	if (run->fills) {
		out->t_h = w->t_h;
		out->report_h = run->shift_h > 0 || run->shift_h < 0 ? w->report_h : w->t_h;
		out->ops_before = w->ops_before;
		out->record = w->record;
		out->n_times = w->n_out;
	} else {
		out->t_h = out->report_h = ask->grid_h;
		out->record = w->no_record;
		out->n_times = ask->n_grid;
		out->step_h = ask->grid_step_h;
	}
	out->last_dose_h = ask->without_last_dose ? NULL : w->last_dose_h;
}

int lull_events__compile(const struct lull_events__source *source, const struct lull_subject *subject,
			 size_t n_epochs, const struct lull_events_ask *ask, struct lull_events_work *work,
			 struct lull_track *out, struct lull_err *err)
{
	struct run run;
	memset(&run, 0, offsetof(struct run, n_parts));
	run.source = source;
	run.subject = subject;
	run.ask = ask;
	run.w = work;
	run.err = err;
	run.last_dose_h = NAN;
	run.fills = ask->at_records || (subject->covariates_next && n_epochs > 1);
	run.lists_last = !run.fills && !ask->without_last_dose;
	work->n_ops = work->n_out = work->n_due = work->n_running = 0;
	work->next_id = work->next_seq = 0;
	memset(work->rate_now, 0, (size_t)source->n_states * sizeof(double));

	int rc = LULL_OK;
	if (run.fills || run.lists_last)
		rc = lull_events__out_room(work, ask->n_grid + (ask->at_records ? subject->n_records : 0), err);
	if (rc == LULL_OK && !run.fills)
		rc = fill_no_record(work, ask->n_grid, err);
	if (rc == LULL_OK)
		rc = run_records(&run, n_epochs);
	if (rc == LULL_OK)
		hand_out(&run, out);
	return rc;
}
