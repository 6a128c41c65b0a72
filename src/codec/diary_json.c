/* diary_json.c - diary files in JSON. One table describes the file; it is read and written by way of
 * plain structs in which signs and tags have names instead of bits. */
#include "lull/codec/diary_json.h"

#include <math.h>
#include <string.h>

#include "lull/base/parse.h"

/* ---- the file as structs ------------------------------------------------------------------------ */

struct drug {
	const char *name;
	int acute, relief;
	double doses;
	bool suspect;
};

struct entry {
	int kind;
	lull_day first, last;
	int32_t start_min, offset_min, line;
	double pain, duration_min;
	int32_t severity;
	uint64_t yes, no;
	bool drugs_known, entered_late, treated;
	const struct drug *drugs; size_t n_drugs;
	const char **triggers_yes; size_t n_triggers_yes;
	const char **triggers_no; size_t n_triggers_no;
	const char **measures_yes; size_t n_measures_yes;
	const char **measures_no; size_t n_measures_no;
	const char **measures_helped; size_t n_measures_helped;
	const char *label, *note;
};

struct diary {
	const char *patient_id;
	lull_day from, to;
	int no_row_means;
	bool day_index_only, invented, records_severity, records_drugs;
	const char **triggers; size_t n_triggers;
	const char **measures; size_t n_measures;
	const struct entry *entries; size_t n_entries;
};

struct file {
	const struct diary *diaries;
	size_t n_diaries;
};

static const char *const kind_names[] = { "free", "headache", NULL };
static const char *const no_row_names[] = { "missing", "free", NULL };
static const char *const relief_names[] = { "absent", "unknown", "no", "yes", NULL };

#define FIELD(name, kind, at, ...) { .key = name, .type = LULL_F_##kind, .offset = AT(at), __VA_ARGS__ }
#define TEXTS(member, about) \
	FIELD(#member, TEXTS, member, .count_offset = AT(n_##member), .what = about)

#define AT(member) offsetof(struct drug, member)
static const struct lull_field drug_fields[] = {
	FIELD("name", TEXT, name, .what = "as written; absent when only the class is known"),
	FIELD("class", ENUM, acute, .required = true, .names = lull_acute_names, .what = "class of ICHD-3 8.2"),
	FIELD("doses", NUMBER, doses, .min = 0, .max = 1000, .what = "absent when not known"),
	FIELD("relief", ENUM, relief, .names = relief_names, .absent_int = LULL_UNKNOWN, .what = "did it relieve?"),
	FIELD("suspect", BOOL, suspect, .what = "an implausible number of doses was written"),
	{ 0 }
};
#undef AT
static const struct lull_schema drug_schema = { "acute drug", sizeof(struct drug), drug_fields, 0, NULL };

static void check_entry(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			struct lull_diags *diags)
{
	const struct entry *e = object;
	if (e->yes & e->no)
		lull_node_diag(diags, doc, node, LULL_ERROR, "each sign once", NULL, "a sign among both yes and no");
	if (e->last != LULL_DAY_NONE && (e->first == LULL_DAY_NONE || e->last < e->first))
		lull_node_diag(diags, doc, node, LULL_ERROR, "first, and last not before it", NULL,
			       "a last day without or before the first");
	if (e->n_drugs > LULL_IMPORT_MAX_INTAKES)
		lull_node_diag(diags, doc, node, LULL_ERROR, "at most 64 drugs", NULL, "%zu drugs", e->n_drugs);
	if (e->n_drugs && !e->drugs_known)
		lull_node_diag(diags, doc, node, LULL_ERROR, "drugs_known: true where drugs are listed", NULL,
			       "drugs and drugs_known: false");
}

#define AT(member) offsetof(struct entry, member)
static const struct lull_field entry_fields[] = {
	FIELD("kind", ENUM, kind, .required = true, .names = kind_names, .what = "recorded headache-free, or a headache"),
	FIELD("first", DAY, first, .what = "civil day; absent in a diary without dates"),
	FIELD("last", DAY, last, .what = "last civil day it touches; absent = first"),
	FIELD("start_min", INT, start_min, .min = 0, .max = 1439, .unit = "min", .absent_int = -1,
	      .what = "local clock minute on the first day"),
	FIELD("utc_offset_min", INT, offset_min, .min = -840, .max = 840, .unit = "min", .absent_int = LULL_NO_OFFSET,
	      .what = "of local time from UTC at the start"),
	FIELD("pain_0_10", NUMBER, pain, .min = 0, .max = 10, .what = "peak"),
	FIELD("severity", INT, severity, .min = 0, .max = 3, .absent_int = -1,
	      .what = "0 none 1 mild 2 moderate 3 severe, when the source asks in these words"),
	FIELD("duration_min", NUMBER, duration_min, .min = 0, .max = 57600000, .unit = "min",
	      .what = "of the whole attack"),
	FIELD("signs_yes", FLAGS, yes, .names = lull_sign_names, .what = "asked, answered yes"),
	FIELD("signs_no", FLAGS, no, .names = lull_sign_names, .what = "asked, answered no"),
	FIELD("drugs_known", BOOL, drugs_known, .what = "true: the drugs listed are all there were"),
	FIELD("drugs", LIST, drugs, .count_offset = AT(n_drugs), .sub = &drug_schema, .what = "acute drugs taken"),
	FIELD("successfully_treated", BOOL, treated, .what = "short because a drug ended it"),
	TEXTS(triggers_yes, "ids of the diary's triggers"),
	TEXTS(triggers_no, "asked, answered no"),
	TEXTS(measures_yes, "ids of the diary's measures that were tried"),
	TEXTS(measures_no, "asked, not tried"),
	TEXTS(measures_helped, "of measures_yes: those that helped"),
	FIELD("label", TEXT, label, .what = "how the source names an entry without a date"),
	FIELD("note", TEXT, note, .what = "free text"),
	FIELD("entered_late", BOOL, entered_late, .what = "written down more than 48 h after the day"),
	FIELD("line", INT, line, .min = 0, .max = 2147483647, .absent_int = 0, .what = "line of the table it came from"),
	{ 0 }
};
#undef AT
static const struct lull_schema entry_schema = { "entry", sizeof(struct entry), entry_fields, 0, check_entry };

/* Bits of the names among tags; *unknown gets the first that is not. */
static uint64_t tag_bits(const char *const *tags, size_t n_tags, const char *const *names, size_t n,
			 const char **unknown)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < n; i++) {
		size_t t = 0;
		while (t < n_tags && t < LULL_MAX_TAGS && strcmp(tags[t], names[i]) != 0)
			t++;
		if (t == n_tags || t == LULL_MAX_TAGS)
			*unknown = names[i];
		else
			bits |= UINT64_C(1) << t;
	}
	return bits;
}

static void check_tags(const struct diary *d, const struct entry *e, const struct lull_node *node,
		       const struct lull_doc *doc, struct lull_diags *diags)
{
	const char *unknown = NULL;
	const uint64_t yes = tag_bits(d->triggers, d->n_triggers, e->triggers_yes, e->n_triggers_yes, &unknown);
	const uint64_t no = tag_bits(d->triggers, d->n_triggers, e->triggers_no, e->n_triggers_no, &unknown);
	const uint64_t tried = tag_bits(d->measures, d->n_measures, e->measures_yes, e->n_measures_yes, &unknown);
	const uint64_t not_tried = tag_bits(d->measures, d->n_measures, e->measures_no, e->n_measures_no, &unknown);
	const uint64_t helped =
		tag_bits(d->measures, d->n_measures, e->measures_helped, e->n_measures_helped, &unknown);
	if (unknown)
		lull_node_diag(diags, doc, node, LULL_ERROR, "one of the diary's triggers or measures", NULL,
			       "an entry with '%s'", unknown);
	if ((yes & no) || (tried & not_tried) || (helped & ~tried))
		lull_node_diag(diags, doc, node, LULL_ERROR,
			       "each trigger and measure once, and help only from what was tried", NULL,
			       "an entry that contradicts itself");
	if ((e->first == LULL_DAY_NONE) != (d->entries[0].first == LULL_DAY_NONE))
		lull_node_diag(diags, doc, node, LULL_ERROR, "all entries with dates, or none", NULL,
			       "entries with and without dates");
}

static void check_diary(const void *object, const struct lull_node *node, const struct lull_doc *doc,
			struct lull_diags *diags)
{
	const struct diary *d = object;
	if (d->n_triggers > LULL_MAX_TAGS || d->n_measures > LULL_MAX_TAGS)
		lull_node_diag(diags, doc, node, LULL_ERROR, "at most 64 triggers and 64 measures", NULL, "more");
	if (d->to != LULL_DAY_NONE && d->from != LULL_DAY_NONE && d->to < d->from)
		lull_node_diag(diags, doc, node, LULL_ERROR, "'to' not before 'from'", NULL, "a period that ends before it begins");
	const struct lull_node *list = lull_node_get(node, "entries");
	const struct lull_node *at = list ? list->first : NULL;
	for (size_t i = 0; i < d->n_entries && at; i++, at = at->next)
		check_tags(d, &d->entries[i], at, doc, diags);
}

#define AT(member) offsetof(struct diary, member)
static const struct lull_field diary_fields[] = {
	FIELD("patient_id", TEXT, patient_id, .what = "absent when the file has one patient without a name"),
	FIELD("from", DAY, from, .what = "first day of the diary"),
	FIELD("to", DAY, to, .what = "last day of the diary"),
	FIELD("no_row_means", ENUM, no_row_means, .required = true, .names = no_row_names,
	      .what = "a day without an entry: missing, or recorded headache-free"),
	FIELD("day_index_only", BOOL, day_index_only, .what = "days are numbered; the calendar is invented"),
	FIELD("invented", BOOL, invented, .what = "made by a program or for an example; nobody's diary"),
	FIELD("records_severity", BOOL, records_severity, .required = true, .what = "does the source ask for pain?"),
	FIELD("records_drugs", BOOL, records_drugs, .required = true, .what = "does the source ask for acute drugs?"),
	TEXTS(triggers, "ids that entries may name (knowledge/measures.yaml), at most 64"),
	TEXTS(measures, "ids that entries may name (knowledge/measures.yaml), at most 64"),
	FIELD("entries", LIST, entries, .count_offset = AT(n_entries), .required = true, .sub = &entry_schema),
	{ 0 }
};
#undef AT
static const struct lull_schema diary_schema = { "diary", sizeof(struct diary), diary_fields, 0, check_diary };

static const struct lull_field file_fields[] = {
	{ .key = "diaries", .type = LULL_F_LIST, .offset = offsetof(struct file, diaries),
	  .count_offset = offsetof(struct file, n_diaries), .required = true, .sub = &diary_schema },
	{ 0 }
};
static const struct lull_schema file_schema = { "headache diary", sizeof(struct file), file_fields,
						LULL_DIARY_SCHEMA_VERSION, NULL };

void lull_diary_json_schema(struct lull_buf *out) { lull_json_schema(&file_schema, out); }

/* ---- reading -------------------------------------------------------------------------------------- */

static bool read_drugs(const struct entry *from, struct lull_entry *to, struct lull_arena *arena)
{
	if (!from->n_drugs)
		return true;
	struct lull_intake *intakes = LULL_ARENA_NEW(arena, struct lull_intake, from->n_drugs);
	if (!intakes)
		return false;
	for (size_t i = 0; i < from->n_drugs; i++)
		intakes[i] = (struct lull_intake){ .name = from->drugs[i].name,
						   .acute = (uint8_t)from->drugs[i].acute,
						   .doses = (float)from->drugs[i].doses,
						   .relief = (uint8_t)from->drugs[i].relief,
						   .suspect = from->drugs[i].suspect };
	to->intakes = intakes;
	to->n_intakes = (uint16_t)from->n_drugs;
	return true;
}

static bool read_entry(const struct diary *d, const struct entry *from, struct lull_entry *to, struct lull_arena *arena)
{
	const char *unknown = NULL;
	*to = (struct lull_entry){
		.kind = (uint8_t)from->kind,
		.entered_late = from->entered_late,
		.successfully_treated = from->treated,
		.known = from->yes | from->no,
		.yes = from->yes,
		.first = from->first,
		.last = from->last == LULL_DAY_NONE ? from->first : from->last,
		.start_min = (int16_t)from->start_min,
		.offset_min = from->offset_min,
		.pain = (float)from->pain,
		.duration_min = (float)from->duration_min,
		.severity = (int8_t)from->severity,
		.drugs_known = from->drugs_known,
		.label = from->label,
		.note = from->note,
		.line = from->line,
	};
	to->triggers_yes = tag_bits(d->triggers, d->n_triggers, from->triggers_yes, from->n_triggers_yes, &unknown);
	to->triggers_known = to->triggers_yes |
			     tag_bits(d->triggers, d->n_triggers, from->triggers_no, from->n_triggers_no, &unknown);
	to->measures_yes = tag_bits(d->measures, d->n_measures, from->measures_yes, from->n_measures_yes, &unknown);
	to->measures_known = to->measures_yes |
			     tag_bits(d->measures, d->n_measures, from->measures_no, from->n_measures_no, &unknown);
	to->measures_helped =
		tag_bits(d->measures, d->n_measures, from->measures_helped, from->n_measures_helped, &unknown);
	return read_drugs(from, to, arena);
}

static lull_day earlier(lull_day a, lull_day b)
{
	return a == LULL_DAY_NONE || (b != LULL_DAY_NONE && b < a) ? b : a;
}

static lull_day later(lull_day a, lull_day b) { return a == LULL_DAY_NONE || b > a ? b : a; }

static int read_diary(const struct diary *from, const struct lull_import_options *options, struct lull_arena *arena,
		      struct lull_diary *to, struct lull_import_report *report, struct lull_err *err)
{
	struct lull_entry *entries = LULL_ARENA_NEW(arena, struct lull_entry, from->n_entries + 1);
	if (!entries)
		return lull_nomem(err);
	for (size_t i = 0; i < from->n_entries; i++) {
		if (!read_entry(from, &from->entries[i], &entries[i], arena))
			return lull_nomem(err);
		report->n_free += entries[i].kind == LULL_ENTRY_FREE;
		report->n_headache += entries[i].kind == LULL_ENTRY_HEADACHE;
	}
	report->n_accepted += from->n_entries;
	*to = (struct lull_diary){
		.patient_id = from->patient_id ? from->patient_id : "",
		.entries = entries,
		.n_entries = from->n_entries,
		.day_index_only = from->day_index_only,
		.invented = from->invented,
		.records_severity = from->records_severity,
		.records_drugs = from->records_drugs,
		.triggers = from->triggers,
		.n_triggers = from->n_triggers,
		.measures = from->measures,
		.n_measures = from->n_measures,
	};
	return lull_diary_fold(to, earlier(from->from, options->from), later(from->to, options->to),
			       from->no_row_means, arena, err);
}

static int unknown_patient(const struct file *from, const char *file, const char *id, struct lull_err *err)
{
	struct lull_buf ids = { .max = 200 };
	for (size_t i = 0; i < from->n_diaries && i < 8; i++)
		if (from->diaries[i].patient_id)
			lull_buf_printf(&ids, "%s%s", ids.n ? ", " : "", from->diaries[i].patient_id);
	lull_fail(err, LULL_ENOTFOUND, file, "no diary is of patient '%s'", id);
	if (ids.n)
		lull_mend(err, "the file holds: %s%s", lull_buf_text(&ids), from->n_diaries > 8 ? ", ..." : "");
	else
		lull_mend(err, "the file names no patient; leave --patient out if it is this patient's");
	lull_buf_clear(&ids);
	return LULL_ENOTFOUND;
}

static int read_diaries(const struct file *from, const char *file, const struct lull_import_options *options,
			struct lull_arena *arena, struct lull_import *out, struct lull_err *err)
{
	out->diaries = LULL_ARENA_NEW(arena, struct lull_diary, from->n_diaries + 1);
	if (!out->diaries)
		return lull_nomem(err);
	for (size_t i = 0; i < from->n_diaries; i++) {
		const char *id = from->diaries[i].patient_id ? from->diaries[i].patient_id : "";
		out->report.n_rows += from->diaries[i].n_entries;
		if (options->patient && strcmp(id, options->patient) != 0) {
			out->report.n_other_patients += from->diaries[i].n_entries;
			continue;
		}
		const int rc = read_diary(&from->diaries[i], options, arena, &out->diaries[out->n_diaries++],
					  &out->report, err);
		if (rc != LULL_OK)
			return rc;
	}
	if (out->n_diaries)
		return LULL_OK;
	if (options->patient)
		return unknown_patient(from, file, options->patient, err);
	return lull_fail(err, LULL_EPARSE, file, "a file without a diary");
}

int lull_diary_json_read(const char *bytes, size_t n, const char *file, const struct lull_import_options *options,
			 struct lull_arena *arena, struct lull_import *out, struct lull_diags *diags,
			 struct lull_err *err)
{
	struct lull_doc doc;
	struct file from;
	*out = (struct lull_import){ .report = { .file = file } };
	lull_diags_init(&out->report.diags, arena);
	int rc = lull_json_read(bytes, n, file, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &file_schema, arena, &from, diags);
	if (rc == LULL_ENOMEM || diags->out_of_memory)
		return lull_nomem(err);
	if (rc != LULL_OK) {
		if (!diags->n_errors)
			return lull_fail(err, rc, file, "%s", lull_code_text(rc));
		lull_diags_fail(diags, err);
		return rc;
	}
	return read_diaries(&from, file, options, arena, out, err);
}

/* ---- writing -------------------------------------------------------------------------------------- */

/* The shortest decimal that is the same float, as a double: 6.3, not 6.300000190734863. */
static double tidy(float value)
{
	char text[64];
	for (int decimals = 0; decimals <= 9 && !isnan(value); decimals++) {
		double back;
		lull_num_text(text, sizeof(text), value, decimals);
		if (lull_parse_double(text, strlen(text), '.', NULL, "", &back, NULL) == LULL_OK && (float)back == value)
			return back;
	}
	return value;
}

/* The names of the bits. */
static bool names_of(uint64_t bits, const char *const *tags, size_t n_tags, struct lull_arena *arena,
		     const char ***out, size_t *n)
{
	*n = 0;
	*out = NULL;
	if (!bits)
		return true;
	*out = LULL_ARENA_NEW(arena, const char *, n_tags + 1);
	if (!*out)
		return false;
	for (size_t i = 0; i < n_tags && i < LULL_MAX_TAGS; i++)
		if (bits & UINT64_C(1) << i)
			(*out)[(*n)++] = tags[i];
	return true;
}

static bool write_drugs(const struct lull_entry *from, struct entry *to, struct lull_arena *arena)
{
	if (!from->n_intakes)
		return true;
	struct drug *drugs = LULL_ARENA_NEW(arena, struct drug, from->n_intakes);
	if (!drugs)
		return false;
	for (uint16_t i = 0; i < from->n_intakes; i++) {
		const struct lull_intake *intake = &from->intakes[i];
		drugs[i] = (struct drug){ .name = intake->name, .acute = intake->acute, .relief = intake->relief,
					  .doses = tidy(intake->doses), .suspect = intake->suspect };
	}
	to->drugs = drugs;
	to->n_drugs = from->n_intakes;
	return true;
}

static bool write_entry(const struct lull_diary *d, const struct lull_entry *from, struct entry *to,
			struct lull_arena *arena)
{
	const char *const *triggers = d->triggers, *const *measures = d->measures;
	*to = (struct entry){
		.kind = from->kind,
		.first = from->first,
		.last = from->last == from->first ? LULL_DAY_NONE : from->last,
		.start_min = from->start_min,
		.offset_min = from->offset_min,
		.line = from->line,
		.pain = tidy(from->pain),
		.duration_min = tidy(from->duration_min),
		.severity = from->severity,
		.yes = from->yes,
		.no = from->known & ~from->yes,
		.drugs_known = from->drugs_known,
		.entered_late = from->entered_late,
		.treated = from->successfully_treated,
		.label = from->label,
		.note = from->note,
	};
	return write_drugs(from, to, arena) &&
	       names_of(from->triggers_yes, triggers, d->n_triggers, arena, &to->triggers_yes, &to->n_triggers_yes) &&
	       names_of(from->triggers_known & ~from->triggers_yes, triggers, d->n_triggers, arena, &to->triggers_no,
			&to->n_triggers_no) &&
	       names_of(from->measures_yes, measures, d->n_measures, arena, &to->measures_yes, &to->n_measures_yes) &&
	       names_of(from->measures_known & ~from->measures_yes, measures, d->n_measures, arena, &to->measures_no,
			&to->n_measures_no) &&
	       names_of(from->measures_helped, measures, d->n_measures, arena, &to->measures_helped,
			&to->n_measures_helped);
}

static bool write_diary(const struct lull_diary *from, struct diary *to, struct lull_arena *arena)
{
	struct entry *entries = LULL_ARENA_NEW(arena, struct entry, from->n_entries + 1);
	*to = (struct diary){
		.patient_id = *from->patient_id ? from->patient_id : NULL,
		.from = from->dated ? from->first : LULL_DAY_NONE,
		.to = from->dated ? from->first + (lull_day)from->n_days - 1 : LULL_DAY_NONE,
		.no_row_means = from->missing_is_free,
		.day_index_only = from->day_index_only,
		.invented = from->invented,
		.records_severity = from->records_severity,
		.records_drugs = from->records_drugs,
		.n_entries = from->n_entries,
		.entries = entries,
	};
	if (!entries || !names_of(UINT64_MAX, from->triggers, from->n_triggers, arena, &to->triggers, &to->n_triggers) ||
	    !names_of(UINT64_MAX, from->measures, from->n_measures, arena, &to->measures, &to->n_measures))
		return false;
	for (size_t i = 0; i < from->n_entries; i++)
		if (!write_entry(from, &from->entries[i], &entries[i], arena))
			return false;
	return true;
}

int lull_diary_json_write(const struct lull_diary *diaries, size_t n_diaries, struct lull_arena *arena,
			  struct lull_buf *out, struct lull_err *err)
{
	struct diary *items = LULL_ARENA_NEW(arena, struct diary, n_diaries + 1);
	if (!items)
		return lull_nomem(err);
	for (size_t i = 0; i < n_diaries; i++)
		if (!write_diary(&diaries[i], &items[i], arena))
			return lull_nomem(err);
	const struct file file = { items, n_diaries };
	struct lull_json json = { .out = out };
	lull_json_struct(&json, NULL, &file_schema, &file);
	lull_buf_putc(out, '\n');
	return lull_buf_status(out, err);
}
