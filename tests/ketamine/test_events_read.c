/* Event files and --ev: what is read, what is refused, and that every fault is said with ID, line, column
 * and mend while the other IDs go on. */
#include "support.h"

#include <math.h>

#include "../../src/ketamine/events_private.h"
#include "lull/base/text.h"

/* What reading needs to know of a model: names, units, defaults. */
static const struct lull_pm_name params[] = { { "CL", "L/h", "" }, { "V", "L", "" } };
static const struct lull_pm_name covariates[] = { { "weight", "kg", "" }, { "age", "y", "" } };
static const double defaults[] = { 70, NAN };
static const struct lull_pm_name etas[] = { { "CL", "", "" }, { "V", "", "" } };
static const struct lull_pm_name inputs[] = { { "iv", "", "" }, { "nasal", "", "" } };
static const struct lull_pm_name outputs[] = { { "ketamine", "mg/L", "" } };

static struct lull_pm_info info_of(const char *time_unit, int n_covariates)
{
	return (struct lull_pm_info){ .id = "test", .time_unit = time_unit, .amount_unit = "mg", .conc_unit = "mg/L",
				      .params = params, .n_params = 2, .covariates = covariates, .n_covariates = n_covariates,
				      .covariate_default = defaults, .etas = etas, .n_etas = 2, .inputs = inputs,
				      .n_inputs = 2, .default_input = 0, .outputs = outputs, .n_outputs = 1 };
}

struct bench {
	struct lull_arena arena;
	struct lull_diags diags;
	struct lull_buf said;
	struct lull_dataset data;
	int rc;
};

static void print(struct bench *b)
{
	lull_diags_print(&b->diags, &b->said);
}

static struct bench read_as(const struct lull_pm_info *info, const struct lull_events_options *options, const char *text)
{
	static struct bench b;
	b = (struct bench){ 0 };
	lull_diags_init(&b.diags, &b.arena);
	b.rc = lull_events__read_csv(info, text, strlen(text), "d.csv", options, &b.arena, &b.data, &b.diags);
	print(&b);
	return b;
}

static struct bench read_csv(const char *text)
{
	const struct lull_pm_info info = info_of("h", 1);
	return read_as(&info, NULL, text);
}

static struct bench read_text(const char *text)
{
	const struct lull_pm_info info = info_of("h", 1);
	struct bench b = { 0 };
	lull_diags_init(&b.diags, &b.arena);
	b.rc = lull_events__read_text(&info, text, NULL, &b.arena, &b.data, &b.diags);
	print(&b);
	return b;
}

static void done(struct bench *b)
{
	lull_buf_clear(&b->said);
	lull_arena_clear(&b->arena);
}

#define said(b) lull_buf_text(&(b)->said)

static const struct lull_record *record_of(const struct bench *b, size_t i)
{
	if (b->rc != LULL_OK)
		print_message("%s", said(b));
	assert_int_equal(b->rc, LULL_OK);
	assert_true(b->data.n_subjects > 0 && i < b->data.subjects[0].n_records);
	return &b->data.subjects[0].records[i];
}

/* ---- what is read -------------------------------------------------------------------- */

static void columns_in_any_order(void **state)
{
	(void)state;
	struct bench b = read_csv("weight,ii,TIME,Amt,id,addl,RATE,evid,cmt,dv,ss,mdv\n"
				  "80,24,1.5,35,12,2,70,1,2,.,1,1\n"
				  "80,., 2 ,.,12,,,0,,0.25,0,0\n");
	const struct lull_record *r = record_of(&b, 0);
	assert_int_equal(b.data.n_subjects, 1);
	assert_int_equal(b.data.subjects[0].id, 12);
	assert_string_equal(b.data.subjects[0].id_text, "12");
	assert_true(r->t_h >= 1.5 && r->t_h <= 1.5 && r->amt >= 35 && r->amt <= 35 && r->rate >= 70 && r->rate <= 70);
	assert_true(r->ii_h >= 24 && r->addl == 2 && r->ss == 1 && r->evid == 1 && r->cmt == 2 && r->mdv == 1 && isnan(r->dv));
	assert_int_equal(r->line, 2);
	assert_close(r[1].t_h, 2, 0, 0);
	assert_close(r[1].dv, 0.25, 0, 0);
	assert_int_equal(r[1].evid, 0);
	assert_close(b.data.subjects[0].covariates[0], 80, 0, 0);
	assert_null(b.data.subjects[0].etas);
	assert_null(b.data.subjects[0].params);
	done(&b);
}

/* Without EVID: NM-TRAN's rule. */
static void evid_follows_from_the_items(void **state)
{
	(void)state;
	struct bench b = read_csv("ID,TIME,AMT,RATE,SS,MDV\n1,0,10,0,0,1\n1,1,0,0,0,0\n1,2,0,0,0,1\n1,3,.,5,1,1\n1,4,.,.,.,.\n");
	const int want[] = { 1, 0, 2, 1, 0 };
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(record_of(&b, i)->evid, want[i]);
	assert_int_equal(record_of(&b, 0)->cmt, 1);
	assert_int_equal(b.diags.n_errors, 0);
	done(&b);
}

static void units_of_the_model(void **state)
{
	(void)state;
	const struct {
		const char *unit;
		double t_h, rate;
	} cases[] = { { "h", 30, 6 }, { "min", 0.5, 360 }, { "d", 720, 0.25 }, { "s", 30.0 / 3600, 21600 } };
	for (size_t i = 0; i < 4; i++) {
		const struct lull_pm_info info = info_of(cases[i].unit, 0);
		struct bench b = read_as(&info, NULL, "ID,TIME,AMT,RATE,II,ADDL\n1,30,12,6,30,1\n");
		assert_close(record_of(&b, 0)->t_h, cases[i].t_h, 0, 0);
		assert_close(record_of(&b, 0)->ii_h, cases[i].t_h, 0, 0);
		assert_close(record_of(&b, 0)->rate, cases[i].rate, 1e-16, 0);
		done(&b);
	}
}

/* RATE -1 and -2 are codes, whatever the unit of time. */
static void codes_have_no_unit(void **state)
{
	(void)state;
	const struct lull_pm_info info = info_of("min", 0);
	struct bench b = read_as(&info, NULL, "ID,TIME,AMT,RATE\n1,0,12,-1\n1,1,12,-2\n");
	assert_close(record_of(&b, 0)->rate, -1, 0, 0);
	assert_close(record_of(&b, 1)->rate, -2, 0, 0);
	done(&b);
}

static void dates_and_clocks(void **state)
{
	(void)state;
	const struct {
		const char *text;
		double want_h[3];
	} cases[] = {
		/* the example of NONMEM's own help for DATE */
		{ "ID,DATE,TIME\n1,10-1-86,9:15\n1,10-1-86,14:40\n1,10-2-86,8:30\n", { 0, 5 + 25.0 / 60, 23.25 } },
		{ "ID,DAT1,TIME\n1,28/2/2024,12:00\n1,29/2/2024,12:00\n1,1/3/2024,0:30\n", { 0, 24, 36.5 } },
		{ "ID,DAT2,TIME\n1,2023/12/31,23\n1,2024/1/1,1\n1,2024/1/1,2.5\n", { 0, 2, 3.5 } },
		{ "ID,DAT3,TIME\n1,24/31/12,0:00\n1,24/31/12,24:00\n1,25/1/1,0:01:30\n", { 0, 24, 24 + 90.0 / 3600 } },
		{ "ID,DATE,TIME\n1,1999-12-31,0:00\n1,2000-01-01,0:00\n1,2000-01-02,0:00\n", { 0, 24, 48 } },
		{ "ID,DATE,TIME\n1,0,8:00\n1,1,8:00\n1,30,8:00\n", { 0, 24, 720 } },
		{ "ID,TIME\n1,8:00\n1,8:45\n1,20\n", { 0, 0.75, 12 } },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b = read_csv(cases[i].text);
		for (size_t k = 0; k < 3; k++)
			assert_close(record_of(&b, k)->t_h, cases[i].want_h[k], 1e-15, 0);
		done(&b);
	}
}

static void covariates_carried(void **state)
{
	(void)state;
	const char *text = "ID,TIME,weight\n1,0,.\n1,1,60\n1,2,.\n1,3,80\n1,4,.\n2,0,.\n2,1,.\n";
	const double want[2][5] = { { 60, 60, 60, 80, 80 }, { 60, 60, 80, 80, 80 } };
	const struct lull_pm_info info = info_of("h", 1);
	for (int next = 0; next < 2; next++) {
		const struct lull_events_options options = { .covariates_next = next };
		struct bench b = read_as(&info, &options, text);
		for (size_t i = 0; i < 5; i++) {
			record_of(&b, i);
			assert_close(b.data.subjects[0].covariates[i], want[next][i], 0, 0);
		}
		assert_int_equal(b.data.subjects[0].covariates_next, next);
		assert_has(said(&b), next ? "next record's value holds before it" : "holds until the next one");
		assert_close(b.data.subjects[1].covariates[0], 70, 0, 0);
		assert_has(said(&b), "ID 2, weight: no value in any row: the model's default is used");
		done(&b);
	}
}

static void a_covariate_that_must_be_given(void **state)
{
	(void)state;
	const struct lull_pm_info info = info_of("h", 2);
	struct bench b = read_as(&info, NULL, "ID,TIME\n1,0\n");
	assert_int_equal(b.rc, LULL_EPARSE);
	assert_has(said(&b), "no column age, which the model test needs");
	done(&b);
	b = read_as(&info, NULL, "ID,TIME,AGE\n1,0,.\n2,0,40\n");
	assert_int_equal(b.rc, LULL_OK);
	assert_int_equal(b.data.n_subjects, 1);
	assert_int_equal(b.data.n_rejected, 1);
	assert_int_equal(b.data.subjects[0].id, 2);
	assert_close(b.data.subjects[0].covariates[0], 70, 0, 0);
	assert_close(b.data.subjects[0].covariates[1], 40, 0, 0);
	done(&b);
}

static void parameters_and_etas(void **state)
{
	(void)state;
	struct bench b = read_csv("ID,TIME,cl,ETA1,eta_v\n1,0,80,0.1,-0.2\n1,1,.,.,.\n1,2,90,0.1,-0.2\n2,0,.,0,0\n");
	record_of(&b, 0);
	const struct lull_subject *s = b.data.subjects;
	assert_close(s[0].params[0], 80, 0, 0);
	assert_true(isnan(s[0].params[1]));
	assert_close(s[0].params[2], 80, 0, 0);
	assert_close(s[0].params[4], 90, 0, 0);
	assert_true(isnan(s[1].params[0]));
	assert_close(s[0].etas[0], 0.1, 0, 0);
	assert_close(s[0].etas[1], -0.2, 0, 0);
	done(&b);
	b = read_csv("ID,TIME,ETA(2)\n1,0,0.1\n");
	assert_int_equal(b.rc, LULL_EPARSE);
	assert_has(said(&b), "1 of the model's 2 ETAs have a column");
	done(&b);
	b = read_csv("ID,TIME,ETA1,ETA2\n1,0,0.1,0\n1,1,0.2,0\n2,0,0,0\n");
	assert_int_equal(b.data.n_rejected, 1);
	assert_has(said(&b), "ID 1, ETA of CL: a deviation between people that changes within one");
	done(&b);
}

static void carried_columns(void **state)
{
	(void)state;
	const char *const carry[] = { "ARM", "amt" };
	const struct lull_events_options options = { .carry = carry, .n_carry = 2 };
	const struct lull_pm_info info = info_of("h", 0);
	struct bench b = read_as(&info, &options, "ID,TIME,AMT,Arm,XYZ\n9,x,1,a,\n1,0,10,\"high, once\",\n1,1,,low,\n");
	const size_t row = (size_t)(record_of(&b, 0) - b.data.records);
	assert_string_equal(b.data.carried_text[row * 2], "high, once");
	assert_string_equal(b.data.carried_text[row * 2 + 1], "10");
	assert_string_equal(b.data.carried_text[row * 2 + 2], "low");
	assert_string_equal(b.data.carried_text[row * 2 + 3], "");
	assert_has(said(&b), "columns not used: XYZ");
	done(&b);
	const char *const wrong[] = { "GROUP" };
	const struct lull_events_options asks = { .carry = wrong, .n_carry = 1 };
	b = read_as(&info, &asks, "ID,TIME\n1,0\n");
	assert_int_equal(b.rc, LULL_EPARSE);
	assert_has(said(&b), "column GROUP is to be carried, but the file has none");
	done(&b);
}

static void delimiters_and_decimals(void **state)
{
	(void)state;
	const struct lull_pm_info info = info_of("h", 0);
	const struct lull_events_options tab = { .delimiter = '\t' }, comma = { .decimal = ',' }, both = { .decimal = ',', .delimiter = ',' };
	struct bench b = read_as(&info, &tab, "ID\tTIME\tAMT\n1\t0\t79.5\n");
	assert_close(record_of(&b, 0)->amt, 79.5, 0, 0);
	done(&b);
	b = read_as(&info, &comma, "ID;TIME;AMT\n1;0;79,5\n");
	assert_close(record_of(&b, 0)->amt, 79.5, 0, 0);
	done(&b);
	b = read_as(&info, &both, "ID,TIME\n1,0\n");
	assert_int_equal(b.rc, LULL_EDOMAIN);
	done(&b);
}

static void ids(void **state)
{
	(void)state;
	struct bench b = read_csv("ID,TIME\n1e+05,0\n100001.0,0\n0,0\n");
	record_of(&b, 0);
	assert_int_equal(b.data.n_subjects, 3);
	assert_int_equal(b.data.subjects[0].id, 100000);
	assert_int_equal(b.data.subjects[1].id, 100001);
	assert_int_equal(b.data.subjects[2].id, 0);
	done(&b);
	b = read_csv("ID,TIME\nP01,0\nP01,1\n2,0\n-3,0\n4.5,0\n");
	assert_int_equal(b.data.n_subjects, 1);
	assert_int_equal(b.data.n_rejected, 3);
	assert_has(said(&b), "d.csv:2:1: error: ID P01: an ID is a whole number");
	assert_has(said(&b), "keep the text in a carried column");
	done(&b);
	/* NONMEM would take these for three people */
	b = read_csv("ID,TIME\n1,0\n2,0\n1,1\n3,0\n");
	assert_int_equal(b.data.n_subjects, 2);
	assert_int_equal(b.data.n_rejected, 1);
	assert_has(said(&b), "d.csv:4: error: ID 1: its rows stand apart (the first is line 2)");
	done(&b);
	b = read_csv("TIME,AMT\n0,10\n1,0\n");
	assert_int_equal(b.data.n_subjects, 1);
	assert_int_equal(b.data.subjects[0].id, 1);
	assert_int_equal(b.data.subjects[0].n_records, 2);
	done(&b);
}

static void comments_and_names(void **state)
{
	(void)state;
	struct bench b = read_csv("#ID,TIME,AMT,CMT,C\n1,0,10,Nasal,.\n1,0,99,1,C\n#1,0,99,1,.\n1,1,0,ketamine,\n\n");
	assert_int_equal(record_of(&b, 0)->cmt, 2);
	assert_int_equal(b.data.subjects[0].n_records, 2);
	assert_has(said(&b), "2 comment rows");
	done(&b);
}

/* ---- what is refused ----------------------------------------------------------------- */

/* Each bad row is of ID 2, between two good IDs. */
static void every_fault_is_said(void **state)
{
	(void)state;
	static const struct {
		const char *row, *says, *mend;
	} cases[] = {
		{ "2,0,\"79,5\",0,0,0,0,1,1,60", "d.csv:3:5: error: ID 2, AMT: '79,5' is not a number", "write 79.5, with a point" },
		{ "2,0,nan,0,0,0,0,1,1,60", "ID 2, AMT: 'nan' is not a number", "leave the value out" },
		{ "2,0,0x10,0,0,0,0,1,1,60", "'0x10' is not a number", "" },
		{ "2,0,NA,0,0,0,0,1,1,60", "'NA' is not a number", "na = \".\"" },
		{ "2,0,1e400,0,0,0,0,1,1,60", "too large", "" },
		{ "2,0,-5,0,0,0,0,1,1,60", "ID 2, AMT: an amount below 0", "" },
		{ "2,0,5,0,0,0,0,0,1,60", "ID 2, AMT: an amount on a record that is not a dose", "EVID 1" },
		{ "2,0,0,0,0,2,0,2,1,60", "ID 2, ADDL: additional doses on a record that is not a dose", "" },
		{ "2,0,5,0,0,3,0,1,1,60", "ID 2, II: additional doses without an interval", "II above 0" },
		{ "2,0,5,0,12,-3,0,1,1,60", "ID 2, ADDL: ADDL below 0", "write SS 1" },
		{ "2,0,5,0,0,0,1,1,1,60", "ID 2, II: steady state without an interval", "constant infusion" },
		{ "2,0,0,5,12,0,1,1,1,60", "ID 2, AMT: an infusion without an amount", "AMT / RATE" },
		{ "2,0,5,0,12,0,3,1,1,60", "ID 2, SS: SS that is not 0, 1 or 2", "SS 3 gives the same" },
		{ "2,0,0,5,0,2,1,1,1,60", "ID 2, ADDL: additional doses after a constant infusion", "" },
		{ "2,0,0,0,0,0,1,1,1,60", "needs RATE above 0 or -1", "" },
		{ "2,0,5,-3,0,0,0,1,1,60", "ID 2, RATE: a rate below 0", "" },
		{ "2,0,5,0,0,0,0,5,1,60", "ID 2, EVID: EVID that is not 0", "" },
		{ "2,0,5,0,0,0,0,1.5,1,60", "1.5 is not a whole number", "" },
		{ "2,0,5,0,0,0,0,1,3,60", "ID 2, CMT: an input that the model does not have", "" },
		{ "2,0,5,0,0,0,0,1,oral,60", "'oral' is not an input", "iv (1), nasal (2)" },
		{ "2,0,5,0,0,0,0,1,-1,60", "cannot be switched off", "EVID 3" },
		{ "2,0,5,0,12,1000001,0,1,1,60", "1000001 is outside", "" },
		{ "2,,5,0,0,0,0,1,1,60", "ID 2, TIME: no time", "" },
		{ "2,25:00,5,0,0,0,0,1,1,60", "'25:00' is not a time of day", "HH:MM" },
		{ "2,0,5,0,0,0,0,1,1,x", "ID 2, weight: 'x' is not a number", "" },
		{ "2,0,5,0,0,0,0,1,1", "9 cells where the header has 10", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lull_buf text = { 0 };
		lull_buf_printf(&text, "ID,TIME,AMT,RATE,II,ADDL,SS,EVID,CMT,weight\n1,0,5,0,0,0,0,1,1,60\n%s\n3,0,5,0,0,0,0,1,1,60\n",
				cases[i].row);
		struct bench b = read_csv(lull_buf_text(&text));
		assert_has(said(&b), cases[i].says);
		assert_has(said(&b), cases[i].mend);
		assert_int_equal(b.rc, LULL_OK);
		assert_int_equal(b.data.n_subjects, 2);
		assert_int_equal(b.data.n_rejected, 1);
		assert_int_equal(b.data.subjects[1].id, 3);
		done(&b);
		lull_buf_clear(&text);
	}
}

static void all_faults_not_the_first(void **state)
{
	(void)state;
	struct bench b = read_csv("ID,TIME,AMT,EVID,weight\n1,x,y,0,z\n1,1,.,9,60\n2,0,.,0,60\n3,5,.,0,60\n3,4,.,0,60\n3,3,1,0,60\n");
	assert_int_equal(b.diags.n_errors, 3 + 1 + 3);
	assert_int_equal(b.data.n_subjects, 1);
	assert_int_equal(b.data.n_rejected, 2);
	assert_has(said(&b), "d.csv:6:3: error: ID 3, TIME: time falls");
	assert_has(said(&b), "d.csv:7:5: error: ID 3, AMT");
	assert_has(said(&b), "2 IDs were left out");
	done(&b);
}

static void time_falls_only_at_a_reset(void **state)
{
	(void)state;
	struct bench b = read_csv("ID,TIME,AMT,EVID\n1,0,10,1\n1,5,.,0\n1,0,10,4\n1,3,.,0\n1,0,.,3\n1,1,.,0\n");
	record_of(&b, 5);
	assert_int_equal(b.diags.n_errors, 0);
	done(&b);
	b = read_csv("ID,TIME\n1,23:30\n1,0:15\n2,0:00\n");
	assert_int_equal(b.data.n_rejected, 1);
	assert_has(said(&b), "a clock past midnight needs a DATE");
	done(&b);
}

static void wrong_dates(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "ID,DATE,TIME\n1,31/12/2024,1:00\n", "month/day/year" },
		{ "ID,DAT1,TIME\n1,30/2/2024,1:00\n", "not a day of the calendar" },
		{ "ID,DATE,TIME\n1,10-12,8\n", "has no year" },
		{ "ID,DATE,TIME\n1,yesterday,8\n", "is not a date" },
		{ "ID,DATE,TIME\n1,,8\n", "ID 1, DATE: no date" },
		{ "ID,DATE,DAT1,TIME\n1,1,1,8\n", "2 columns of dates" },
		{ "ID,DATE\n1,1\n", "no column TIME" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b = read_csv(cases[i].text);
		assert_int_equal(b.rc, LULL_EPARSE);
		assert_has(said(&b), cases[i].says);
		done(&b);
	}
}

static void wrong_headers(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
		int rc;
	} cases[] = {
		{ "ID,TIME,AMT,amt\n1,0,1,2\n", "columns 3 and 4 are both amt", LULL_EPARSE },
		{ "ID,TIME,CL,cl\n1,0,1,2\n", "columns 3 and 4 are both cl", LULL_EPARSE },
		{ "", "an empty file", LULL_EPARSE },
		{ "ID,TIME\n", "no records", LULL_EPARSE },
		{ "ID,TIME,AMT,ADDL,RAET\n1,0,1,0,0\n", "column RAET is not used; is RATE meant?", LULL_OK },
		{ "ID,TIME,AMT,weigth\n1,0,1,60\n", "column weigth is not used; is weight meant?", LULL_OK },
		{ "ID,TIME,DV\n1,0,1\n", "nobody gets a dose", LULL_OK },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b = read_csv(cases[i].text);
		assert_has(said(&b), cases[i].says);
		assert_int_equal(b.rc, cases[i].rc);
		done(&b);
	}
}

/* A row that cannot be read could be of the ID before or of the one after: neither is trusted. */
static void a_lost_row(void **state)
{
	(void)state;
	struct bench b = read_csv("ID,TIME\n1,0\n2,0\n2,\"1\"x\n3,0\n4,0\n");
	assert_int_equal(b.rc, LULL_OK);
	assert_int_equal(b.data.n_rejected, 2);
	assert_int_equal(b.data.n_subjects, 2);
	assert_int_equal(b.data.subjects[1].id, 4);
	assert_has(said(&b), "d.csv:4: error: a row that cannot be read");
	done(&b);
}

static void warnings(void **state)
{
	(void)state;
	struct bench b = read_csv("ID,TIME,AMT,II,EVID\n1,0,10,24,1\n1,24,10,24,1\n1,48,0,0,1\n");
	record_of(&b, 0);
	assert_int_equal(b.diags.n_warnings, 2); /* each kind once */
	assert_has(said(&b), "an interval without ADDL or SS: one dose is given");
	assert_has(said(&b), "a dose of 0");
	done(&b);
}

/* ---- --ev ---------------------------------------------------------------------------- */

static void doses_in_a_line(void **state)
{
	(void)state;
	struct bench b = read_text("amt=35 dur=40min ii=48h addl=2; amt=10 time=3h cmt=nasal, weight=80");
	const struct lull_record *r = record_of(&b, 0);
	assert_int_equal(b.data.subjects[0].n_records, 2);
	assert_close(r[0].dur_h, 40.0 / 60, 0, 0);
	assert_true(r[0].amt >= 35 && r[0].ii_h >= 48 && r[0].addl == 2 && r[0].evid == 1 && r[0].cmt == 1);
	assert_true(r[1].t_h >= 3 && r[1].cmt == 2 && r[1].amt >= 10);
	assert_close(b.data.subjects[0].covariates[0], 80, 0, 0);
	assert_close(b.data.subjects[0].covariates[1], 80, 0, 0);
	done(&b);
}

static void units_in_a_line(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double amt, rate, dur_h, t_h;
		int addl;
	} cases[] = {
		{ "amt=500mcg time=2d", 0.5, 0, 0, 48, 0 },
		{ "amt=1g rate=100mg/min", 1000, 6000, 0, 0, 0 },
		{ "amt=10 rate=5mcg/min weight=60kg", 10, 0.3, 0, 0, 0 },
		{ "AMT=10, RATE=-2, II=12, TOTAL=4", 10, -2, 0, 0, 3 },
		{ "amt=10 ii=24 until=168", 10, 0, 0, 0, 6 }, /* mrgsolve: seven doses, none at 168 */
		{ "amt=10 ii=24 until=169 time=1e0", 10, 0, 0, 1, 6 },
		{ "amt=10 tinf=1.5 time=-2", 10, 0, 1.5, -2, 0 },
		{ "amt=1e-3g;", 1, 0, 0, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b = read_text(cases[i].text);
		const struct lull_record *r = record_of(&b, 0);
		assert_close(r->amt, cases[i].amt, 1e-15, 0);
		assert_close(r->rate, cases[i].rate, 1e-15, 0);
		assert_close(r->dur_h, cases[i].dur_h, 0, 0);
		assert_close(r->t_h, cases[i].t_h, 0, 0);
		assert_int_equal(r->addl, cases[i].addl);
		done(&b);
	}
}

/* By kg: the model's weight where it has one, so that each person gets their own; else the weight given. */
static void doses_by_weight(void **state)
{
	(void)state;
	struct bench b = read_text("amt=0.5mg/kg rate=5mcg/kg/min BW=60kg");
	assert_close(record_of(&b, 0)->amt, 0.5, 0, 0);
	assert_close(record_of(&b, 0)->rate, 0.3, 1e-15, 0);
	assert_int_equal(record_of(&b, 0)->amt_per, 1);
	assert_int_equal(record_of(&b, 0)->rate_per, 1);
	assert_close(b.data.subjects[0].covariates[0], 60, 0, 0);
	done(&b);
	const struct lull_pm_info info = info_of("h", 0);
	lull_diags_init(&b.diags, &b.arena);
	b.rc = lull_events__read_text(&info, "amt=0.5/kg weight=60", NULL, &b.arena, &b.data, &b.diags);
	assert_close(record_of(&b, 0)->amt, 30, 0, 0);
	assert_int_equal(record_of(&b, 0)->amt_per, 0);
	b.rc = lull_events__read_text(&info, "amt=0.5/kg", NULL, &b.arena, &b.data, &b.diags);
	assert_int_equal(b.rc, LULL_EPARSE);
	done(&b);
}

static void doses_are_sorted(void **state)
{
	(void)state;
	struct bench b = read_text("time=5 amt=1; amt=2; time=5 amt=3; evid=3 time=4");
	const double want[] = { 2, 0, 1, 3 };
	for (size_t i = 0; i < 4; i++)
		assert_close(record_of(&b, i)->amt, want[i], 0, 0);
	assert_int_equal(record_of(&b, 1)->evid, 3);
	done(&b);
}

static void refused_in_a_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "amt=79,5", "write 79.5, with a point" },
		{ "amt=5 dur=40sec", "'sec' is not a unit of time" },
		{ "amt=5 dur=40 min", "'min' is not name=value" },
		{ "amt=5l", "'l' is not an amount; the model counts in mg" },
		{ "amt=5 rate=3mg", "'mg' is not a unit of rate" },
		{ "amt=5 adl=2 ii=3", "'adl' is not known here; is it addl" },
		{ "amt=nan", "is not a number" },
		{ "amt=5 addl=2", "dose 1: II: additional doses without an interval" },
		{ "amt=5; amt=5 ss=1", "dose 2: II: steady state without an interval" },
		{ "amt=5 rate=3 dur=2", "both RATE and DUR" },
		{ "amt=5 addl=1 total=3 ii=2", "give one of addl, total and until" },
		{ "amt=5 until=1e7 ii=1e-3", "more than 1000000 doses" },
		{ "amt=5 total=3", "more doses without an interval" },
		{ "amt=5 cmt=oral", "iv (1), nasal (2)" },
		{ "amt=5 cmt=3", "3 is outside 1 to 2" },
		{ "amt=5 weight=70; amt=5 weight=80", "weight has two values" },
		{ "amt=5 weight=70lb", "'lb' is not its unit, which is kg" },
		{ "", "no dose" },
		{ "weight=80", "no dose" },
		{ "amt=", "is not name=value" },
		{ "rate=5", "dose 1: AMT: an infusion without an amount" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b = read_text(cases[i].text);
		assert_int_equal(b.rc, LULL_EPARSE);
		assert_has(said(&b), cases[i].says);
		done(&b);
	}
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_in_any_order),	     cmocka_unit_test(evid_follows_from_the_items),
		cmocka_unit_test(units_of_the_model),	     cmocka_unit_test(codes_have_no_unit),
		cmocka_unit_test(dates_and_clocks),	     cmocka_unit_test(covariates_carried),
		cmocka_unit_test(a_covariate_that_must_be_given), cmocka_unit_test(parameters_and_etas),
		cmocka_unit_test(carried_columns),	     cmocka_unit_test(delimiters_and_decimals),
		cmocka_unit_test(ids),			     cmocka_unit_test(comments_and_names),
		cmocka_unit_test(every_fault_is_said),	     cmocka_unit_test(all_faults_not_the_first),
		cmocka_unit_test(time_falls_only_at_a_reset), cmocka_unit_test(wrong_dates),
		cmocka_unit_test(wrong_headers),	     cmocka_unit_test(a_lost_row),
		cmocka_unit_test(warnings),		     cmocka_unit_test(doses_in_a_line),
		cmocka_unit_test(units_in_a_line),	     cmocka_unit_test(doses_by_weight),
		cmocka_unit_test(doses_are_sorted),
		cmocka_unit_test(refused_in_a_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
