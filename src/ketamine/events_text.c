/* Doses in one line, as mrgsolve's ev() and rxode2's et() have them: "amt=35 dur=40min ii=48h addl=2; amt=10 time=3h". */
#include <float.h>
#include <math.h>
#include <string.h>

#include "events_read.h"
#include "lull/base/parse.h"
#include "lull/base/text.h"

enum { MAX_DOSES = 1000, MAX_NAME = 64 };

struct value {
	const char *text; /* the whole value, for messages             */
	size_t n;
	double number;
	const char *unit; /* what follows the number, NUL-ended        */
	char unit_copy[24];
};

/* One dose as written; what depends on the weight waits for it. */
struct dose_text {
	struct lull_record record;
	double until_h;
	bool amt_by_kg, rate_by_kg, has_any;
	int total;
};

struct reader {
	const struct lull_pm_info *info;
	struct lull_diags *diags;
	struct dose_text *doses; size_t n_doses;
	double covariates[LULL_PM_MAX_COVARIATES];
	bool has_covariate[LULL_PM_MAX_COVARIATES];
	double weight_kg;       /* also for a model without that covariate */
	size_t i_dose;
	int col;                /* of the word at hand                     */
	bool is_bad, is_out_of_memory;
};

static const char *const keys[] = { "amt", "time", "rate", "dur", "tinf", "ii", "addl", "total", "until", "ss", "cmt",
				    "evid", "occ", NULL };
enum key { K_AMT, K_TIME, K_RATE, K_DUR, K_TINF, K_II, K_ADDL, K_TOTAL, K_UNTIL, K_SS, K_CMT, K_EVID, K_OCC };

static void say(struct reader *r, const char *mend, const char *fmt, ...) LULL_PRINTF(3, 4);
static void say(struct reader *r, const char *mend, const char *fmt, ...)
{
	char what[300];
	va_list ap;
	va_start(ap, fmt);
	lull_text_vformat(what, sizeof(what), fmt, ap);
	va_end(ap);
	r->is_bad = true;
	lull_diags_addf(r->diags, LULL_ERROR, "--ev", 1, r->col, NULL, mend, "dose %zu: %s", r->i_dose + 1, what);
}

/* ---- units --------------------------------------------------------------------------- */

/* Bytes of the number a value begins with. */
static size_t number_bytes(const char *text, size_t n)
{
	size_t i = 0;
	while (i < n && strchr("+-.,0123456789", text[i]))
		i++;
	if (i && i + 1 < n && (text[i] == 'e' || text[i] == 'E')) {
		size_t e = i + 1;
		e += text[e] == '+' || text[e] == '-';
		const size_t digits = strspn(text + e, "0123456789");
		if (digits && e + digits <= n)
			i = e + digits;
	}
	return i;
}

/* The number of a value; its unit stays in v->unit. */
static bool read_number(struct reader *r, const char *key, struct value *v)
{
	const size_t n = number_bytes(v->text, v->n);
	struct lull_err err = { 0 };
	const struct lull_range range = { -1e15, 1e15, NULL };
	if (lull_parse_double(v->text, n ? n : v->n, '.', &range, key, &v->number, &err) != LULL_OK) {
		say(r, err.mend[0] ? err.mend : NULL, "%s: %s", key, err.what);
		return false;
	}
	const size_t n_unit = v->n - n;
	if (n_unit >= sizeof(v->unit_copy)) {
		say(r, NULL, "%s: '%.*s' is not a unit", key, (int)(n_unit < 40 ? n_unit : 40), v->text + n);
		return false;
	}
	memcpy(v->unit_copy, v->text + n, n_unit);
	v->unit_copy[n_unit] = '\0';
	v->unit = v->unit_copy;
	return true;
}

static double read_time(struct reader *r, const char *key, struct value *v)
{
	if (!read_number(r, key, v))
		return 0;
	const char *unit = v->unit[0] ? v->unit : r->info->time_unit;
	if (!(lull_events__unit_h(unit) > 0)) {
		say(r, "s, min, h, d, w; without a unit: the model's", "%s: '%s' is not a unit of time", key, unit);
		return 0;
	}
	const double h = lull_events__to_h(unit, v->number);
	if (h >= -LULL_EVENTS_MAX_H && h <= LULL_EVENTS_MAX_H)
		return h;
	say(r, NULL, "%s: out of range", key);
	return 0;
}

/* "mg", "mg/kg", "/kg", "mg/h", "mg/kg/h", "/kg/h": *by_kg and the time's unit are cut off. */
static double read_amount(struct reader *r, const char *key, struct value *v, bool is_rate, bool *by_kg)
{
	const char *time_unit = r->info->time_unit;
	if (!read_number(r, key, v))
		return 0;
	char *slash = strrchr(v->unit_copy, '/');
	if (is_rate && v->unit[0]) {
		if (!slash || !(lull_events__unit_h(slash + 1) > 0)) {
			say(r, "write rate=30mg/h or rate=0.1mg/kg/h; without a unit: the model's", "%s: '%s' is not a unit of rate",
			    key, v->unit);
			return 0;
		}
		time_unit = slash + 1;
		*slash = '\0';
		slash = strrchr(v->unit_copy, '/');
	}
	*by_kg = slash && strcmp(slash, "/kg") == 0;
	if (*by_kg)
		*slash = '\0';
	double factor = 1;
	if (v->unit[0] && !lull_text_eq(v->unit, r->info->amount_unit))
		factor = lull_events__mass(v->unit, r->info->amount_unit);
	if (!(factor > 0)) {
		say(r, NULL, "%s: '%s' is not an amount; the model counts in %s", key, v->unit, r->info->amount_unit);
		return 0;
	}
	const double amount = v->number * factor;
	return !is_rate || amount < 0 ? amount : lull_events__per_h(time_unit, amount);
}

static int32_t read_whole(struct reader *r, const char *key, const struct value *v, int64_t min, int64_t max)
{
	int64_t out = 0;
	struct lull_err err = { 0 };
	if (lull_parse_int(v->text, v->n, min, max, key, &out, &err) != LULL_OK)
		say(r, err.mend[0] ? err.mend : NULL, "%s: %s", key, err.what);
	return (int32_t)out;
}

/* ---- words --------------------------------------------------------------------------- */

static int32_t read_cmt(struct reader *r, const struct value *v)
{
	char name[MAX_NAME] = { 0 };
	struct lull_buf known = { 0 };
	memcpy(name, v->text, v->n < sizeof(name) - 1 ? v->n : sizeof(name) - 1);
	if (strspn(name, "0123456789") == v->n)
		return read_whole(r, "cmt", v, 1, r->info->n_inputs);
	const int input = lull_events__find(r->info->inputs, r->info->n_inputs, name);
	if (input >= 0)
		return input + 1;
	for (int i = 0; i < r->info->n_inputs; i++)
		lull_buf_printf(&known, "%s%s (%d)", i ? ", " : "the model's inputs: ", r->info->inputs[i].name, i + 1);
	say(r, lull_buf_text(&known), "cmt: '%s' is not an input", name);
	r->is_out_of_memory |= known.failed && !known.is_full;
	lull_buf_clear(&known);
	return 0;
}

static void set_covariate(struct reader *r, int c, double value)
{
	if (r->has_covariate[c] && (value < r->covariates[c] || value > r->covariates[c]))
		say(r, "covariates are of the person: give one value; for changes use --events",
		    "%s has two values", r->info->covariates[c].name);
	r->covariates[c] = value;
	r->has_covariate[c] = true;
}

static bool is_weight(const char *name)
{
	static const char *const names[] = { "weight", "weight_kg", "wt", "bw", NULL };
	for (int i = 0; names[i]; i++)
		if (lull_text_casecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* A name that is not a key: a covariate, or the weight for doses by kg. */
static void other_word(struct reader *r, const char *name, struct value *v)
{
	int c = lull_events__find(r->info->covariates, r->info->n_covariates, name);
	for (int i = 0; c < 0 && i < r->info->n_covariates && is_weight(name); i++) /* weight, wt, bw are one */
		if (is_weight(r->info->covariates[i].name) && lull_text_eq(r->info->covariates[i].unit, "kg"))
			c = i;
	const char *known[LULL_PM_MAX_COVARIATES + 16];
	size_t n = 0;
	if (c < 0 && !is_weight(name)) {
		for (; keys[n]; n++)
			known[n] = keys[n];
		for (int i = 0; i < r->info->n_covariates; i++)
			known[n++] = r->info->covariates[i].name;
		known[n] = NULL;
		const char *near = lull_nearest_name(name, known);
		say(r, "known: amt, time, rate, dur, ii, addl, until, ss, cmt, evid, occ and the model's covariates",
		    "'%s' is not known here%s%s", name, near ? "; is it " : "", near ? near : "");
		return;
	}
	if (!read_number(r, name, v))
		return;
	const char *unit = c >= 0 ? r->info->covariates[c].unit : "kg";
	if (v->unit[0] && !lull_text_eq(v->unit, unit)) {
		say(r, NULL, "%s: '%s' is not its unit, which is %s", name, v->unit, unit[0] ? unit : "none");
		return;
	}
	if (c >= 0)
		set_covariate(r, c, v->number);
	if (is_weight(name))
		r->weight_kg = v->number;
}

static void word(struct reader *r, const char *name, struct value *v)
{
	struct dose_text *d = &r->doses[r->i_dose];
	int k = 0;
	while (keys[k] && lull_text_casecmp(keys[k], name) != 0)
		k++;
	switch (keys[k] ? k : -1) {
	case K_AMT: d->record.amt = read_amount(r, "amt", v, false, &d->amt_by_kg); break;
	case K_TIME: d->record.t_h = read_time(r, "time", v); break;
	case K_RATE: d->record.rate = read_amount(r, "rate", v, true, &d->rate_by_kg); break;
	case K_DUR:
	case K_TINF: d->record.dur_h = read_time(r, "dur", v); break;
	case K_II: d->record.ii_h = read_time(r, "ii", v); break;
	case K_ADDL: d->record.addl = read_whole(r, "addl", v, 0, LULL_EVENTS_MAX_ADDL); break;
	case K_TOTAL: d->total = read_whole(r, "total", v, 1, LULL_EVENTS_MAX_ADDL); break;
	case K_UNTIL: d->until_h = read_time(r, "until", v); break;
	case K_SS: d->record.ss = read_whole(r, "ss", v, 0, 2); break;
	case K_CMT: d->record.cmt = read_cmt(r, v); break;
	case K_EVID: d->record.evid = read_whole(r, "evid", v, 1, 4); break;
	case K_OCC: d->record.occ = read_whole(r, "occ", v, 1, 1000000); break;
	default: other_word(r, name, v); return;
	}
	d->has_any = true;
}

/* "name=value" at text. */
static void read_word(struct reader *r, const char *text, size_t n)
{
	const char *equals = memchr(text, '=', n);
	char name[MAX_NAME] = { 0 };
	const size_t n_name = equals ? (size_t)(equals - text) : 0;
	if (!n_name || n_name >= sizeof(name) || n_name + 1 == n) {
		say(r, "write name=value without blanks around =, as in amt=35 dur=40min", "'%.*s' is not name=value",
		    (int)(n < 40 ? n : 40), text);
		return;
	}
	memcpy(name, text, n_name);
	struct value v = { .text = equals + 1, .n = n - n_name - 1, .unit = "" };
	word(r, name, &v);
}

/* A comma parts words unless a digit follows: 79,5 is one word, and refused. */
static bool is_between(const char *p)
{
	return *p == ' ' || *p == '\t' || *p == '\n' || *p == '\r' || (*p == ',' && !(p[1] >= '0' && p[1] <= '9'));
}

static void read_words(struct reader *r, const char *text)
{
	bool is_empty = true;
	for (const char *p = text;; p++) {
		while (is_between(p))
			p++;
		if (!*p || *p == ';') {
			r->n_doses += !is_empty && r->doses[r->i_dose].has_any;
			if (!*p)
				return;
			r->i_dose = r->n_doses;
			is_empty = true;
			if (r->n_doses == MAX_DOSES) {
				say(r, "write more in a file for --events", "at most %d doses are read", (int)MAX_DOSES);
				return;
			}
			continue;
		}
		const char *end = p;
		while (*end && *end != ';' && !is_between(end))
			end++;
		r->col = (int)(p - text) + 1;
		is_empty = false;
		read_word(r, p, (size_t)(end - p));
		p = end - 1;
	}
}

/* ---- doses --------------------------------------------------------------------------- */

/* A dose by kg: by the model's covariate, so that people whose weight is drawn get their own; else by the weight
 * that was given. */
static void by_weight(struct reader *r, struct dose_text *d)
{
	struct lull_record *record = &d->record;
	for (int c = 0; c < r->info->n_covariates; c++) {
		if (!is_weight(r->info->covariates[c].name) || !lull_text_eq(r->info->covariates[c].unit, "kg"))
			continue;
		record->amt_per = d->amt_by_kg ? (int16_t)(c + 1) : 0;
		record->rate_per = d->rate_by_kg ? (int16_t)(c + 1) : 0;
		return;
	}
	if (!(r->weight_kg > 0))
		say(r, "add weight=80", "a dose by kg of a person whose weight is not known");
	record->amt *= d->amt_by_kg ? r->weight_kg : 1;
	record->rate *= d->rate_by_kg ? r->weight_kg : 1;
}

/* Doses by weight, until, total, and the checks of every record. */
static void finish_dose(struct reader *r, struct dose_text *d)
{
	struct lull_record *record = &d->record;
	struct lull_events__fault faults[LULL_EVENTS_MAX_FAULTS];
	r->col = 0;
	if (d->amt_by_kg || d->rate_by_kg)
		by_weight(r, d);
	if ((d->total > 0) + (d->until_h > -INFINITY) + (record->addl > 0) > 1)
		say(r, NULL, "give one of addl, total and until");
	if ((d->total > 1 || d->until_h > -INFINITY) && !(record->ii_h > 0))
		say(r, "give ii, the interval", "more doses without an interval");
	else if (d->total > 1)
		record->addl = d->total - 1;
	else if (d->until_h > -INFINITY) {
		const double n = ceil((d->until_h - record->t_h) / record->ii_h) - 1; /* the last one before it */
		if (n > LULL_EVENTS_MAX_ADDL)
			say(r, NULL, "until: more than %d doses", (int)LULL_EVENTS_MAX_ADDL);
		else
			record->addl = n > 0 ? (int32_t)n : 0;
	}
	if (!record->evid)
		record->evid = LULL_EVID_DOSE;
	if (!record->cmt)
		record->cmt = r->info->default_input + 1;
	record->mdv = 1;
	record->dv = NAN;
	const int n = lull_events__check(record, r->info->n_inputs, faults);
	for (int i = 0; i < n; i++) {
		if (faults[i].is_warning)
			lull_diags_addf(r->diags, LULL_WARNING, "--ev", 1, 0, NULL, faults[i].mend, "dose %zu, %s: %s",
					r->i_dose + 1, lull_events__items[faults[i].item], faults[i].what);
		else
			say(r, faults[i].mend, "%s: %s", lull_events__items[faults[i].item], faults[i].what);
	}
}

/* By time; doses at one time stay as written. */
static void sort(struct lull_record *records, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct lull_record record = records[i];
		size_t k = i;
		for (; k && records[k - 1].t_h > record.t_h; k--)
			records[k] = records[k - 1];
		records[k] = record;
	}
}

static int hand_out(struct reader *r, struct lull_arena *arena, struct lull_dataset *out)
{
	const size_t n = r->n_doses, n_cov = (size_t)r->info->n_covariates;
	struct lull_subject *subject = LULL_ARENA_NEW(arena, struct lull_subject, 1);
	struct lull_record *records = LULL_ARENA_NEW(arena, struct lull_record, n);
	double *covariates = LULL_ARENA_NEW(arena, double, n * n_cov + 1);
	if (!subject || !records || !covariates)
		return LULL_ENOMEM;
	for (size_t i = 0; i < n; i++)
		records[i] = r->doses[i].record;
	sort(records, n);
	for (size_t i = 0; i < n; i++) {
		records[i].line = i + 1;
		if (!records[i].occ)
			records[i].occ = i ? records[i - 1].occ : 1;
		for (size_t c = 0; c < n_cov; c++)
			covariates[i * n_cov + c] = r->has_covariate[c] ? r->covariates[c] : r->info->covariate_default[c];
	}
	*subject = (struct lull_subject){ .id = 1, .id_text = "1", .records = records, .n_records = n,
					  .covariates = n_cov ? covariates : NULL };
	*out = (struct lull_dataset){ .subjects = subject, .n_subjects = 1, .records = records, .n_records = n };
	return LULL_OK;
}

int lull_events__read_text(const struct lull_pm_info *info, const char *text,
			   const struct lull_events_options *options, struct lull_arena *arena,
			   struct lull_dataset *out, struct lull_diags *diags)
{
	struct reader r = { .info = info, .diags = diags };
	if (strlen(text) > LULL_EVENTS_MAX_TEXT) {
		say(&r, "write more in a file for --events", "the text is longer than %d bytes", (int)LULL_EVENTS_MAX_TEXT);
		return LULL_ELIMIT;
	}
	r.doses = LULL_ARENA_NEW(arena, struct dose_text, MAX_DOSES + 1);
	if (!r.doses)
		return LULL_ENOMEM;
	for (size_t i = 0; i <= MAX_DOSES; i++)
		r.doses[i].until_h = -INFINITY;
	read_words(&r, text);
	for (r.i_dose = 0; r.i_dose < r.n_doses; r.i_dose++)
		finish_dose(&r, &r.doses[r.i_dose]);
	r.i_dose = 0;
	r.col = 0;
	for (int c = 0; c < info->n_covariates; c++) {
		const double by_default = info->covariate_default[c];
		if (!r.has_covariate[c] && !(by_default >= 0) && !(by_default < 0) && !(options && options->set_later >> c & 1))
			say(&r, "add it: name=value", "the model %s needs %s", info->id, info->covariates[c].name);
	}
	if (!r.n_doses && !r.is_bad)
		say(&r, "write amt=35 dur=40min", "no dose");
	if (r.is_out_of_memory || (diags && diags->out_of_memory))
		return LULL_ENOMEM;
	if (r.is_bad)
		return LULL_EPARSE;
	return hand_out(&r, arena, out);
}
