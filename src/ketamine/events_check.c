/* What is wrong with a record, all of it: the rules of NONMEM's data items, and the mistakes that other
 * programs take without a word. */
#include "events_read.h"

const char *const lull_events__items[] = { "ID",   "TIME", "DATE", "DAT1", "DAT2", "DAT3", "AMT",
					   "RATE", "DUR",  "II",   "ADDL", "SS",   "CMT",  "EVID",
					   "MDV",  "OCC",  "DV",   "C",    NULL };

/* A file without EVID: a dose has dose items, an other event has MDV 1 (NM-TRAN's rule). */
int lull_events__derive_evid(const struct lull_record *r)
{
	const bool has_dose = r->amt > 0 || r->amt < 0 || r->rate > 0 || r->rate < 0 || r->dur_h > 0 || r->ss || r->addl;
	return has_dose ? LULL_EVID_DOSE : r->mdv ? LULL_EVID_OTHER : LULL_EVID_OBSERVE;
}

struct list {
	struct lull_events__fault *faults;
	int n;
};

static void fault(struct list *list, enum lull_events__item item, const char *what, const char *mend)
{
	if (list->n < LULL_EVENTS_MAX_FAULTS)
		list->faults[list->n++] = (struct lull_events__fault){ .item = item, .what = what, .mend = mend };
}

static void warn(struct list *list, int kind, enum lull_events__item item, const char *what, const char *mend)
{
	if (list->n < LULL_EVENTS_MAX_FAULTS)
		list->faults[list->n++] = (struct lull_events__fault){
			.item = item, .is_warning = true, .kind = kind, .what = what, .mend = mend };
}

static void check_not_dose(const struct lull_record *r, struct list *list)
{
	const char *mend = "write EVID 1 for a dose, or leave the dose items empty";
	if (r->amt > 0 || r->amt < 0)
		fault(list, LULL_EV_AMT, "an amount on a record that is not a dose", mend);
	if (r->rate > 0 || r->rate < 0)
		fault(list, LULL_EV_RATE, "a rate on a record that is not a dose", mend);
	if (r->dur_h > 0)
		fault(list, LULL_EV_DUR, "a duration on a record that is not a dose", mend);
	if (r->addl)
		fault(list, LULL_EV_ADDL, "additional doses on a record that is not a dose", mend);
	if (r->ss)
		fault(list, LULL_EV_SS, "steady state on a record that is not a dose", mend);
}

static bool is_minus(double rate, int n)
{
	return rate > -n - 1e-9 && rate < -n + 1e-9;
}

static void check_rate(const struct lull_record *r, struct list *list)
{
	if (r->rate < 0 && !is_minus(r->rate, 1) && !is_minus(r->rate, 2))
		fault(list, LULL_EV_RATE, "a rate below 0 that is neither -1 (modelled rate) nor -2 (modelled duration)",
		      NULL);
	if (r->dur_h > 0 && (r->rate > 0 || r->rate < 0))
		fault(list, LULL_EV_DUR, "both RATE and DUR", "give one of them; the other follows from AMT");
}

/* Steady state of a constant infusion: AMT 0, RATE, II 0. */
static void check_constant(const struct lull_record *r, struct list *list)
{
	if (!(r->rate > 0) && !is_minus(r->rate, 1))
		fault(list, LULL_EV_SS, "SS without AMT and II is a constant infusion, which needs RATE above 0 or -1",
		      "give AMT and II, or RATE");
	if (r->addl)
		fault(list, LULL_EV_ADDL, "additional doses after a constant infusion, which has no interval",
		      "leave ADDL empty");
}

static void check_amount(const struct lull_record *r, struct list *list)
{
	if (r->amt > 0 || r->amt < 0)
		return;
	if (r->rate > 0 || r->rate < 0 || r->dur_h > 0)
		fault(list, LULL_EV_AMT, "an infusion without an amount",
		      "give AMT; the infusion lasts AMT / RATE (only SS 1 with II 0 has none)");
	else if (r->ss)
		fault(list, LULL_EV_AMT, "steady state of doses without an amount", "give AMT");
	else
		warn(list, 0, LULL_EV_AMT, "a dose of 0: nothing is given, only the time after dose begins anew",
		     "for a record without a dose write EVID 0 or 2");
}

static void check_dose(const struct lull_record *r, struct list *list)
{
	const bool is_constant = r->ss && !(r->amt > 0) && !(r->ii_h > 0);
	if (r->amt < 0)
		fault(list, LULL_EV_AMT, "an amount below 0", NULL);
	if (r->ss < 0 || r->ss > 2)
		fault(list, LULL_EV_SS, "SS that is not 0, 1 or 2",
		      r->ss == 3 ? "write 1: with linear kinetics SS 3 gives the same" : NULL);
	check_rate(r, list);
	if (is_constant) {
		check_constant(r, list);
		return;
	}
	check_amount(r, list);
	if (r->addl && !(r->ii_h > 0))
		fault(list, LULL_EV_II, "additional doses without an interval", "give II above 0, or leave ADDL empty");
	if (r->ss && !(r->ii_h > 0))
		fault(list, LULL_EV_II, "steady state without an interval",
		      "give II above 0 (or AMT 0 with RATE for a constant infusion)");
	if (r->ii_h > 0 && !r->addl && !r->ss)
		warn(list, 1, LULL_EV_II, "an interval without ADDL or SS: one dose is given",
		     "give ADDL, the number of further doses");
}

int lull_events__check(const struct lull_record *r, int n_inputs, struct lull_events__fault faults[LULL_EVENTS_MAX_FAULTS])
{
	struct list list = { .faults = faults };
	const bool is_dose = r->evid == LULL_EVID_DOSE || r->evid == LULL_EVID_RESET_DOSE;
	if (r->evid < 0 || r->evid > 4) {
		fault(&list, LULL_EV_EVID, "EVID that is not 0 (observation), 1 (dose), 2 (other), 3 (reset) or 4 (reset and dose)",
		      NULL);
		return list.n;
	}
	if (is_dose && (r->cmt < 1 || r->cmt > n_inputs))
		fault(&list, LULL_EV_CMT, "an input that the model does not have", NULL);
	if (r->ii_h < 0)
		fault(&list, LULL_EV_II, "an interval below 0", NULL);
	if (r->dur_h < 0)
		fault(&list, LULL_EV_DUR, "a duration below 0", NULL);
	if (r->addl < 0)
		fault(&list, LULL_EV_ADDL, "ADDL below 0 (NONMEM's empirical steady state)",
		      "write SS 1: steady state is exact here");
	if (is_dose)
		check_dose(r, &list);
	else
		check_not_dose(r, &list);
	return list.n;
}

int32_t lull_events_derive_evid(const struct lull_record *record)
{
	return (int32_t)lull_events__derive_evid(record);
}

int lull_events_check_record(const struct lull_record *record, int n_inputs, struct lull_err *err)
{
	struct lull_events__fault faults[LULL_EVENTS_MAX_FAULTS];
	const int n = lull_events__check(record, n_inputs, faults);
	for (int i = 0; i < n; i++) {
		if (faults[i].is_warning)
			continue;
		lull_fail(err, LULL_EDOMAIN, lull_events__items[faults[i].item], "%s", faults[i].what);
		if (faults[i].mend)
			lull_mend(err, "%s", faults[i].mend);
		return LULL_EDOMAIN;
	}
	return LULL_OK;
}
