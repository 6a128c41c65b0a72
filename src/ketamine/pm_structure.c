/* The structure of a model file as a linear system: states, flows, where doses enter, what is seen. */
#include <string.h>

#include "lull/num/math.h"
#include "pm_int.h"

static const struct pm_ratio nothing = { -1, -1, 0 }, absent = { -1, -1, NAN };
static const double ln2 = 0x1.62e42fefa39efp-1;

/* What stands in a place: a compartment, a filter of one, a step on the way. */
struct spot { int state; const struct pm_f_compartment *compartment; int n_integrals; };

struct build {
	struct pm_load *l;
	struct { const char *name; int state; } chain[LULL_LIN_MAX_STATES];
	int n_chains;
	struct spot filter[LULL_LIN_MAX_STATES];
	bool is_full;
};

static int new_state(struct build *b, const char *section, int i)
{
	struct lull_lin_shape *shape = &b->l->pm->shape;

	if (shape->n_states < LULL_LIN_MAX_STATES)
		return shape->n_states++;
	if (!b->is_full)
		lull_pm__say(b->l, section, i, NULL, "at most 24 states (compartments, filters, steps of transit, depots)", "more");
	b->is_full = true;
	return 0;
}

static void add_flow(struct build *b, int from, int to, bool copies, struct pm_ratio rate, const struct pm_product *gain,
		     const char *name, const char *section, int i)
{
	struct lull_pm *pm = b->l->pm;
	const int k = pm->shape.n_flows;

	if (k == LULL_LIN_MAX_FLOWS) {
		lull_pm__say(b->l, section, i, NULL, "at most 48 flows", "more");
		return;
	}
	pm->shape.flow[k] = (struct lull_lin_flow){ from, to, copies };
	pm->rate[k] = rate;
	pm->gain[k] = gain ? *gain : (struct pm_product){ .factor = 1 };
	pm->flow_name[k] = name;
	pm->shape.n_flows++;
}

/* ---- flows ------------------------------------------------------------------------------ */

static bool compartment_at(struct build *b, const char *name, const char *section, int i, const char *key, int *out)
{
	*out = lull_pm__compartment(b->l->file, name);
	if (*out >= 0)
		return true;
	lull_pm__say(b->l, section, i, key, "a compartment of this file", "'%s', which is none", name);
	return false;
}

/* A compartment, or a named way of transit (its first step). */
static bool target_at(struct build *b, const char *name, const char *section, int i, int *out)
{
	for (int k = 0; k < b->n_chains; k++)
		if (!strcmp(b->chain[k].name, name)) {
			*out = b->chain[k].state;
			return true;
		}
	return compartment_at(b, name, section, i, "to", out);
}

/* Clearance over the volume of the compartment it leaves, or a rate. */
static bool flow_rate(struct build *b, int i, int from, const char *clearance, const char *rate, const char *rate_key,
		      struct pm_ratio *out)
{
	struct pm_load *l = b->l;
	const char *volume = l->file->compartments[from].volume;
	struct pm_ratio v;

	if ((clearance != NULL) == (rate != NULL)) {
		lull_pm__say(l, "flows", i, NULL, "clearance or rate, one of them", "a flow with %s", clearance ? "both" : "neither");
		return false;
	}
	if (rate)
		return lull_pm__use(l, rate, 0, -1, "flows", i, rate_key, out);
	if (!volume) {
		lull_pm__say(l, "compartments", from, NULL, "a volume, since a clearance leaves it", "%s without one",
			     l->file->compartments[from].name);
		return false;
	}
	if (!lull_pm__use(l, clearance, 1, -1, "flows", i, "clearance", out) ||
	    !lull_pm__use(l, volume, 1, 0, "compartments", from, "volume", &v))
		return false;
	out->den = v.num;
	out->factor /= v.factor;
	return true;
}

/* Rate of each of the steps. */
static bool step_rate(struct build *b, const struct pm_f_transit *t, const char *section, int i, struct pm_ratio *out)
{
	if ((t->mean_time != NULL) == (t->rate != NULL)) {
		lull_pm__say(b->l, section, i, "transit", "mean_time or rate, one of them", "a transit with %s",
			     t->rate ? "both" : "neither");
		return false;
	}
	if (t->rate)
		return lull_pm__use(b->l, t->rate, 0, -1, section, i, "transit", out);
	if (!lull_pm__use(b->l, t->mean_time, 0, 1, section, i, "transit", out))
		return false;
	*out = (struct pm_ratio){ -1, out->num, t->steps / out->factor };
	return true;
}

/* Steps before `to`; what leaves the last is gained. Returns the first, or -1. */
static int add_transit(struct build *b, const struct pm_f_transit *t, int to, const struct pm_product *gain,
		       const char *section, int i)
{
	struct pm_ratio rate;
	int first = -1, before = -1;

	if (!step_rate(b, t, section, i, &rate))
		return -1;
	for (int k = 0; k < t->steps && !b->is_full; k++) {
		const int state = new_state(b, section, i);
		if (before >= 0)
			add_flow(b, before, state, false, rate, NULL, "transit", section, i);
		else
			first = state;
		before = state;
	}
	add_flow(b, before, to, false, rate, gain, "transit", section, i);
	if (t->name && b->n_chains < LULL_LIN_MAX_STATES) {
		b->chain[b->n_chains].name = t->name;
		b->chain[b->n_chains++].state = first;
	}
	return first;
}

/* Where both ends name what is in them and amounts are masses, mass changes with the molecule. */
static double mass_ratio(const struct pm_load *l, int from, int to)
{
	const double a = lull_pm__molar_mass(l->file, l->file->compartments[from].analyte),
		     z = lull_pm__molar_mass(l->file, l->file->compartments[to].analyte);

	return l->pm->amount.power[PM_MASS] && a > 0 && z > 0 ? z / a : 1;
}

static void one_way(struct build *b, int i, const struct pm_f_flow *f)
{
	struct pm_load *l = b->l;
	struct pm_product gain = { .factor = 1 };
	struct pm_ratio rate;
	int from, to = -1;

	if (!compartment_at(b, f->from, "flows", i, "from", &from) ||
	    (f->to && !target_at(b, f->to, "flows", i, &to)) ||
	    !flow_rate(b, i, from, f->clearance, f->rate, "rate", &rate) ||
	    !lull_pm__fraction(l, f->fraction, f->n_fraction, "flows", i, "fraction", gain.of, &gain.n_of))
		return;
	if (f->n_rates || (!f->to && (f->n_fraction || f->has_transit))) {
		lull_pm__say(l, "flows", i, NULL, f->n_rates ? "rates only with between" : "to, since fraction and transit say what arrives",
			     "a flow from %s", f->from);
		return;
	}
	if (to == from) {
		lull_pm__say(l, "flows", i, "to", "another compartment", "'%s' to itself", f->from);
		return;
	}
	if (to >= 0 && to < (int)l->file->n_compartments)
		gain.factor = mass_ratio(l, from, to);
	if (!f->has_transit) {
		add_flow(b, from, to, false, rate, to < 0 ? NULL : &gain, f->from, "flows", i);
		return;
	}
	const int first = add_transit(b, &f->transit, to, &gain, "flows", i);
	if (first >= 0)
		add_flow(b, from, first, false, rate, NULL, f->from, "flows", i);
}

static void both_ways(struct build *b, int i, const struct pm_f_flow *f)
{
	struct pm_ratio there, back;
	int a, z;

	if (f->n_between != 2 || !f->between[0] || !f->between[1] || f->from || f->to || f->n_fraction || f->has_transit ||
	    f->rate || (f->n_rates && f->n_rates != 2)) {
		lull_pm__say(b->l, "flows", i, NULL, "between: [a, b] with clearance, or with rates: [there, back]",
			     "a flow between compartments");
		return;
	}
	if (!compartment_at(b, f->between[0], "flows", i, "between", &a) ||
	    !compartment_at(b, f->between[1], "flows", i, "between", &z))
		return;
	if (a == z) {
		lull_pm__say(b->l, "flows", i, "between", "two compartments", "'%s' twice", f->between[0]);
		return;
	}
	if (!flow_rate(b, i, a, f->clearance, f->n_rates ? f->rates[0] : NULL, "rates", &there) ||
	    !flow_rate(b, i, z, f->clearance, f->n_rates ? f->rates[1] : NULL, "rates", &back))
		return;
	add_flow(b, a, z, false, there, NULL, f->between[0], "flows", i);
	add_flow(b, z, a, false, back, NULL, f->between[1], "flows", i);
}

/* ---- filters ------------------------------------------------------------------------------- */

static bool spot_named(const struct build *b, const char *name, size_t n_filters, struct spot *out)
{
	const struct pm_file *file = b->l->file;
	const int c = lull_pm__compartment(file, name);

	if (c >= 0) {
		*out = (struct spot){ c, &file->compartments[c], 0 };
		return true;
	}
	for (size_t i = 0; i < n_filters; i++)
		if (!strcmp(file->filters[i].name, name)) {
			*out = b->filter[i];
			return true;
		}
	return false;
}

static void add_filter(struct build *b, int i, const struct pm_f_filter *f)
{
	struct pm_load *l = b->l;
	struct pm_ratio rate = { -1, -1, 1 };
	struct spot of;

	if (!spot_named(b, f->of, (size_t)i, &of)) {
		lull_pm__say(l, "filters", i, "of", "a compartment, or a filter above this one", "'%s', which is neither", f->of);
		return;
	}
	if ((f->rate != NULL) + (f->half_life != NULL) + f->integral != 1) {
		lull_pm__say(l, "filters", i, NULL, "rate, half_life or integral: true, one of them", "%s", f->name);
		return;
	}
	if (f->rate && !lull_pm__use(l, f->rate, 0, -1, "filters", i, "rate", &rate))
		return;
	if (f->half_life) {
		if (!lull_pm__use(l, f->half_life, 0, 1, "filters", i, "half_life", &rate))
			return;
		rate = (struct pm_ratio){ -1, rate.num, ln2 / rate.factor };
	}
	const int state = new_state(b, "filters", i);
	add_flow(b, of.state, state, true, rate, NULL, f->name, "filters", i);
	if (!f->integral)
		add_flow(b, state, -1, false, rate, NULL, f->name, "filters", i);
	b->filter[i] = (struct spot){ state, of.compartment, of.n_integrals + f->integral };
}

/* ---- inputs -------------------------------------------------------------------------------- */

/* Amount over time, in the model's amount an hour. */
static bool dose_rate(struct build *b, const char *name, int i, struct pm_ratio *out)
{
	struct pm_unit per_h = b->l->pm->amount;
	const int p = lull_pm__param(b->l->file, name);

	per_h.power[PM_TIME] -= 1;
	if (p >= 0 && lull_pm__unit_same(&b->l->pm->param[p].unit, &per_h)) {
		*out = (struct pm_ratio){ p, -1, lull_pm__unit_factor(&b->l->pm->param[p].unit, &per_h) };
		return true;
	}
	lull_pm__say(b->l, "inputs", i, "rate", "a parameter in amount over time", "'%s'", name);
	return false;
}

static void add_part(struct build *b, int i, const struct pm_f_part *f, struct pm_input *in)
{
	struct pm_load *l = b->l;
	struct pm_part part = { .frac = { .factor = 1 }, .lag = nothing, .dur = absent, .rate = absent };
	struct pm_ratio ka;
	int to;

	if (!f->to) {
		lull_pm__say(l, "inputs", i, NULL, "to: a compartment", "a way in without a goal");
		return;
	}
	if (!target_at(b, f->to, "inputs", i, &to) ||
	    !lull_pm__fraction(l, f->fraction, f->n_fraction, "inputs", i, "fraction", part.frac.of, &part.frac.n_of) ||
	    !lull_pm__fraction(l, f->less, f->n_less, "inputs", i, "less", part.frac.less, &part.frac.n_less) ||
	    (f->lag && !lull_pm__use(l, f->lag, 0, 1, "inputs", i, "lag", &part.lag)) ||
	    (f->duration && !lull_pm__use(l, f->duration, 0, 1, "inputs", i, "duration", &part.dur)) ||
	    (f->rate && !dose_rate(b, f->rate, i, &part.rate)) ||
	    (f->absorption && !lull_pm__use(l, f->absorption, 0, -1, "inputs", i, "absorption", &ka)))
		return;
	if (f->duration && f->rate) {
		lull_pm__say(l, "inputs", i, NULL, "duration or rate, one of them", "both");
		return;
	}
	part.state = to;
	if (f->has_transit && (part.state = add_transit(b, &f->transit, to, NULL, "inputs", i)) < 0)
		return;
	if (f->absorption) {
		const int depot = new_state(b, "inputs", i);
		add_flow(b, depot, part.state, false, ka, NULL, f->absorption, "inputs", i);
		part.state = depot;
	}
	in->part[in->n_parts++] = part;
}

static bool is_empty_part(const struct pm_f_part *f)
{
	return !f->to && !f->absorption && !f->lag && !f->duration && !f->rate && !f->n_fraction && !f->n_less && !f->has_transit;
}

static void add_input(struct build *b, int i, const struct pm_f_input *f)
{
	struct lull_pm *pm = b->l->pm;

	pm->inputs[i] = (struct lull_pm_name){ f->name, "", f->label ? f->label : f->name };
	if (f->n_parts && (!is_empty_part(&f->one) || f->n_parts > LULL_PM_MAX_PARTS)) {
		lull_pm__say(b->l, "inputs", i, NULL, "to and what belongs to it, or 1 to 4 parts", "%s", f->name);
		return;
	}
	if (!f->n_parts)
		add_part(b, i, &f->one, &pm->input[i]);
	for (size_t k = 0; k < f->n_parts; k++)
		add_part(b, i, &f->parts[k], &pm->input[i]);
}

static void add_inputs(struct build *b)
{
	struct lull_pm *pm = b->l->pm;
	const struct pm_file *file = b->l->file;

	if (file->n_inputs == 0 || file->n_inputs > LULL_PM_MAX_INPUTS) {
		lull_pm__say(b->l, "inputs", -1, NULL, "1 to 12 ways in", "%zu", file->n_inputs);
		return;
	}
	for (size_t i = 0; i < file->n_inputs; i++) {
		add_input(b, (int)i, &file->inputs[i]);
		if (file->default_input && !strcmp(file->default_input, file->inputs[i].name))
			pm->info.default_input = (int)i;
		else if (file->default_input && i == 0)
			pm->info.default_input = -1;
	}
	if (pm->info.default_input < 0) {
		lull_pm__say(b->l, "default_input", -1, NULL, "one of inputs", "'%s'", file->default_input);
		pm->info.default_input = 0;
	}
	pm->info.inputs = pm->inputs;
	pm->info.n_inputs = (int)file->n_inputs;
}

/* ---- outputs -------------------------------------------------------------------------------- */

static bool bind_residual(struct pm_load *l, const struct pm_f_residual *r, const char *section, int i,
			  const struct pm_unit *unit, double molar_mass, struct pm_residual *out)
{
	struct pm_unit own;
	double factor = 1;

	if (!lull_is_nan(r->log_sd) && !(lull_is_nan(r->proportional) && lull_is_nan(r->additive))) {
		lull_pm__say(l, section, i, "residual", "log_sd, or proportional and additive", "both");
		return false;
	}
	if (r->unit && (lull_is_nan(r->additive) || !lull_pm__unit(r->unit, &own) ||
			!((factor = lull_pm__convert(&own, unit, molar_mass)) > 0))) {
		lull_pm__say(l, section, i, "residual", "additive in a unit of the output's kind", "'%s'", r->unit);
		return false;
	}
	*out = (struct pm_residual){ true, r->proportional, r->additive * factor, r->log_sd };
	return true;
}

static void add_output(struct build *b, int i, const struct pm_f_output *f)
{
	struct pm_load *l = b->l;
	struct lull_pm *pm = l->pm;
	const char *unit_text = f->unit ? f->unit : l->file->units.concentration;
	struct pm_unit unit, from = pm->amount;
	struct pm_ratio v;
	struct spot of;

	pm->outputs[i] = (struct lull_pm_name){ f->name, unit_text, f->label ? f->label : f->name };
	pm->drives[i] = (struct lull_drive){ f->moiety < 0 ? LULL_MOIETY_NOT_STATED : (enum lull_moiety)f->moiety,
					     (enum lull_site)f->site };
	pm->scale[i] = nothing;
	if (!spot_named(b, f->of, l->file->n_filters, &of)) {
		lull_pm__say(l, "outputs", i, "of", "a compartment or a filter", "'%s', which is neither", f->of);
		return;
	}
	if (!lull_pm__unit(unit_text, &unit)) {
		lull_pm__say(l, "outputs", i, "unit", "an amount, or an amount over a volume", "'%s'", unit_text);
		return;
	}
	const bool is_conc = unit.power[PM_VOLUME] == -1;
	const double molar_mass = lull_pm__molar_mass(l->file, of.compartment->analyte);
	from.power[PM_VOLUME] -= is_conc;
	from.power[PM_TIME] += of.n_integrals;
	const double factor = lull_pm__convert(&from, &unit, molar_mass);
	if (!(factor > 0)) {
		lull_pm__say(l, "outputs", i, f->unit ? "unit" : "of",
			     of.n_integrals ? "an amount over a volume times a time, such as ng*h/mL" :
					      "an amount or a concentration (substance and mass: with the analyte's molar mass)",
			     "%s of %s, whose amount is in %s", unit_text, f->of, l->file->units.amount);
		return;
	}
	if (is_conc && !of.compartment->volume) {
		lull_pm__say(l, "outputs", i, "of", "a compartment with a volume", "a concentration of '%s'", f->of);
		return;
	}
	pm->shape.output_state[i] = of.state;
	pm->scale[i] = (struct pm_ratio){ -1, -1, factor };
	if (is_conc && lull_pm__use(l, of.compartment->volume, 1, 0, "outputs", i, "of", &v))
		pm->scale[i] = (struct pm_ratio){ -1, v.num, factor / v.factor };
	if (f->has_residual && bind_residual(l, &f->residual, "outputs", i, &unit, molar_mass, &pm->residual[i]))
		pm->info.has_residual = true;
}

static void add_outputs(struct build *b)
{
	struct lull_pm *pm = b->l->pm;
	const struct pm_file *file = b->l->file;

	if (file->n_outputs == 0 || file->n_outputs > LULL_LIN_MAX_OUTPUTS) {
		lull_pm__say(b->l, "outputs", -1, NULL, "1 to 16 outputs", "%zu", file->n_outputs);
		return;
	}
	for (size_t i = 0; i < file->n_outputs; i++)
		add_output(b, (int)i, &file->outputs[i]);
	pm->shape.n_outputs = (int)file->n_outputs;
	pm->info.outputs = pm->outputs;
	pm->info.output_drive = pm->drives;
	pm->info.n_outputs = (int)file->n_outputs;
}

/* ---- all of it -------------------------------------------------------------------------------- */

void lull_pm__structure(struct pm_load *l)
{
	struct build b = { .l = l };
	const struct pm_file *file = l->file;

	if (file->n_compartments == 0 || file->n_compartments + file->n_filters > LULL_LIN_MAX_STATES) {
		lull_pm__say(l, "compartments", -1, NULL, "1 to 24 compartments and filters", "%zu",
			     file->n_compartments + file->n_filters);
		return;
	}
	for (size_t i = 0; i < file->n_compartments; i++) {
		const struct pm_f_compartment *c = &file->compartments[i];
		if (c->analyte && !(lull_pm__molar_mass(file, c->analyte) > 0))
			lull_pm__say(l, "compartments", (int)i, "analyte", "one of analytes, with its molar mass", "'%s'", c->analyte);
		if (c->volume) {
			struct pm_ratio unused;
			(void)lull_pm__use(l, c->volume, 1, 0, "compartments", (int)i, "volume", &unused);
		}
		new_state(&b, "compartments", (int)i);
	}
	for (size_t i = 0; i < file->n_flows; i++)
		if (file->flows[i].from)
			one_way(&b, (int)i, &file->flows[i]);
		else
			both_ways(&b, (int)i, &file->flows[i]);
	for (size_t i = 0; i < file->n_filters; i++) /* what one stands for that is refused */
		b.filter[i] = (struct spot){ 0, &file->compartments[0], 0 };
	for (size_t i = 0; i < file->n_filters; i++)
		add_filter(&b, (int)i, &file->filters[i]);
	add_inputs(&b);
	add_outputs(&b);
	l->pm->info.shape = &l->pm->shape;
}
