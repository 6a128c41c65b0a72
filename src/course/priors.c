/* The priors of a course without drug, from knowledge/course.yaml. */
#include "lull/course/person.h"

#include "lull/base/yaml.h"

struct number_row {
	double value, sd;
	const char *source;
	int mark;
};

struct pain_day {
	double sd, phi;
	const char *sd_source, *phi_source;
	int sd_mark, phi_mark;
};

struct course_file {
	struct number_row fall, onset, half_life;
	struct pain_day pain_day;
	double response_points;
	const char *source;
	int mark;
};

#define SOURCE_AND_MARK(row)                                                                             \
	{ .key = "source", .type = LULL_F_TEXT, .offset = offsetof(row, source), .required = true },     \
	{ .key = "mark", .type = LULL_F_ENUM, .offset = offsetof(row, mark), .required = true,           \
	  .names = lull_mark_names }

static const struct lull_field fall_fields[] = {
	{ .key = "mean_points", .type = LULL_F_NUMBER, .offset = offsetof(struct number_row, value),
	  .required = true, .min = -10, .max = 10, .unit = "points of 0-10" },
	{ .key = "sd_points", .type = LULL_F_NUMBER, .offset = offsetof(struct number_row, sd), .required = true,
	  .min = 0, .max = 10, .unit = "points of 0-10" },
	SOURCE_AND_MARK(struct number_row),
	{ 0 },
};
static const struct lull_schema fall_schema = { .name = "context_fall", .size = sizeof(struct number_row),
						.fields = fall_fields };

static const struct lull_field hours_fields[] = {
	{ .key = "h", .type = LULL_F_NUMBER, .offset = offsetof(struct number_row, value), .required = true,
	  .min = 0.01, .max = 10000, .unit = "h" },
	SOURCE_AND_MARK(struct number_row),
	{ 0 },
};
static const struct lull_schema hours_schema = { .name = "hours", .size = sizeof(struct number_row),
						 .fields = hours_fields };

static const struct lull_field pain_day_fields[] = {
	{ .key = "sd_points", .type = LULL_F_NUMBER, .offset = offsetof(struct pain_day, sd), .required = true,
	  .min = 0, .max = 5, .unit = "points of 0-10" },
	{ .key = "sd_source", .type = LULL_F_TEXT, .offset = offsetof(struct pain_day, sd_source), .required = true },
	{ .key = "sd_mark", .type = LULL_F_ENUM, .offset = offsetof(struct pain_day, sd_mark), .required = true,
	  .names = lull_mark_names },
	{ .key = "phi", .type = LULL_F_NUMBER, .offset = offsetof(struct pain_day, phi), .required = true, .min = 0,
	  .max = 0.999, .unit = "correlation" },
	{ .key = "phi_source", .type = LULL_F_TEXT, .offset = offsetof(struct pain_day, phi_source), .required = true },
	{ .key = "phi_mark", .type = LULL_F_ENUM, .offset = offsetof(struct pain_day, phi_mark), .required = true,
	  .names = lull_mark_names },
	{ 0 },
};
static const struct lull_schema pain_day_schema = { .name = "pain_day", .size = sizeof(struct pain_day),
						    .fields = pain_day_fields };

static const struct lull_field course_fields[] = {
	{ .key = "context_fall", .type = LULL_F_OBJECT, .offset = offsetof(struct course_file, fall),
	  .required = true, .sub = &fall_schema },
	{ .key = "context_onset", .type = LULL_F_OBJECT, .offset = offsetof(struct course_file, onset),
	  .required = true, .sub = &hours_schema },
	{ .key = "context_half_life", .type = LULL_F_OBJECT, .offset = offsetof(struct course_file, half_life),
	  .required = true, .sub = &hours_schema },
	{ .key = "pain_day", .type = LULL_F_OBJECT, .offset = offsetof(struct course_file, pain_day),
	  .required = true, .sub = &pain_day_schema },
	{ .key = "response_points", .type = LULL_F_NUMBER, .offset = offsetof(struct course_file, response_points),
	  .required = true, .min = 0.1, .max = 10, .unit = "points of 0-10" },
	SOURCE_AND_MARK(struct course_file),
	{ 0 },
};
static const struct lull_schema course_schema = { .name = "course", .size = sizeof(struct course_file),
						  .fields = course_fields, .version = 1 };

int lull_course_priors_load(const struct lull_files *files, struct lull_arena *arena,
			    struct lull_course_priors *out, struct lull_diags *diags)
{
	const struct lull_file *file = lull_files_get(files, "course.yaml");
	struct lull_doc doc = { 0 };
	struct course_file in;

	if (!file) {
		lull_diags_addf(diags, LULL_ERROR, "course.yaml", 0, 0, "this file in the knowledge folder", NULL,
				"nothing");
		return LULL_ENOTFOUND;
	}
	int rc = lull_yaml_read(file->bytes, file->n_bytes, file->path, arena, &doc, diags);
	if (rc == LULL_OK)
		rc = lull_schema_bind(&doc, &course_schema, arena, &in, diags);
	if (rc != LULL_OK)
		return rc;
	*out = (struct lull_course_priors){
		.context_fall_mean_points = in.fall.value,
		.context_fall_sd_points = in.fall.sd,
		.context_onset_h = in.onset.value,
		.context_half_life_h = in.half_life.value,
		.pain_day_sd_points = in.pain_day.sd,
		.pain_day_phi = in.pain_day.phi,
		.response_points = in.response_points,
		.source = in.fall.source,
		.mark = (enum lull_mark)in.fall.mark,
	};
	return LULL_OK;
}
