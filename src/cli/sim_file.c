/* Output files that are whole or say that they are not, plots by their file's name, progress, Ctrl-C. */
#include "sim_cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- files ---- */

int sim_file_open(struct cli *cli, const char *path, struct sim_file *out, struct lull_err *err)
{
	*out = (struct sim_file){ .stream = stdout };
	if (!path || !strcmp(path, "-"))
		return LULL_OK;
	out->path = path;
	out->temp = lull_arena_printf(cli->arena, "%s.lull-part", path);
	if (!out->temp)
		return lull_nomem(err);
	out->stream = fopen(out->temp, "wb");
	return out->stream ? LULL_OK : lull_fail(err, LULL_EIO, path, "cannot be written: %s", strerror(errno));
}

static const char *name_of(const struct sim_file *file)
{
	return file->path ? file->path : "standard output";
}

int sim_file_write(struct sim_file *file, const void *bytes, size_t n, struct lull_err *err)
{
	if (fwrite(bytes, 1, n, file->stream) == n)
		return LULL_OK;
	return lull_fail(err, LULL_EIO, name_of(file), "cannot be written: %s", strerror(errno));
}

int sim_file_patch(struct sim_file *file, const void *bytes, size_t n, struct lull_err *err)
{
	if (!fseek(file->stream, 0, SEEK_SET) && fwrite(bytes, 1, n, file->stream) == n && !fseek(file->stream, 0, SEEK_END))
		return LULL_OK;
	return lull_fail(err, LULL_EIO, name_of(file), "cannot be written: %s", strerror(errno));
}

int sim_file_close(struct cli *cli, struct sim_file *file, bool is_whole, struct lull_err *err)
{
	FILE *f = file->stream;
	bool good = !fflush(f);
	int why = errno;

	file->stream = NULL;
	if (!file->path)
		return good ? LULL_OK : lull_fail(err, LULL_EIO, name_of(file), "cannot be written: %s", strerror(why));
	if (good && fsync(fileno(f))) {
		why = errno;
		good = false;
	}
	if (fclose(f) && good) {
		why = errno;
		good = false;
	}
	const char *to = is_whole ? file->path : lull_arena_printf(cli->arena, "%s.partial", file->path);
	if (!to)
		return lull_nomem(err);
	if (good && rename(file->temp, to)) {
		why = errno;
		good = false;
	}
	if (good)
		return LULL_OK;
	unlink(file->temp);
	return lull_fail(err, LULL_EIO, file->path, "cannot be written: %s", strerror(why));
}

void sim_file_drop(struct sim_file *file)
{
	if (file->stream && file->path) {
		fclose(file->stream);
		unlink(file->temp);
	}
	file->stream = NULL;
}

/* ---- plots ---- */

static const char *suffix_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot && !strchr(dot, '/') ? dot + 1 : "";
}

bool sim_plot_kind(const char *path)
{
	const char *suffix = suffix_of(path);
	return !strcmp(suffix, "svg") || !strcmp(suffix, "pdf") || !strcmp(suffix, "png");
}

static int paint(const struct lull_drawing *drawing, const char *suffix, struct lull_fonts *fonts, struct lull_buf *out,
		 struct lull_err *err)
{
	struct lull_drawing page = *drawing, *pages[] = { &page };
	const struct lull_scene scene = { .pages = pages, .n_pages = 1, .title = drawing->title, .author = "Lull",
					  .subject = drawing->desc };

	if (!strcmp(suffix, "svg"))
		return lull_drawing_svg(drawing, out, err);
	if (!strcmp(suffix, "png"))
		return lull_drawing_png(drawing, fonts, 144, out, err);
	return lull_scene_pdf(&scene, fonts, out, err);
}

/* A drawing with a margin around it: a page of its own. */
static void with_margin(struct lull_drawing *page, struct lull_arena *arena, const struct lull_drawing *inner)
{
	const double margin = 14;

	lull_drawing_init(page, arena, inner->width_pt + 2 * margin, inner->height_pt + 2 * margin);
	page->id = inner->id;
	page->title = inner->title;
	page->desc = inner->desc;
	lull_draw_rect(page, 0, 0, page->width_pt, page->height_pt, 0, (struct lull_paint){ .fill = LULL_COLOR_PAPER });
	lull_draw_place(page, inner, margin, margin);
}

int sim_write_plot(struct cli *cli, const char *path, const struct lull_plot *plot, struct lull_err *err)
{
	const double column_pt = 330, one_pt = 500;
	struct lull_fonts *fonts = NULL;
	struct lull_drawing inner, page;
	struct lull_buf out = { 0 };
	int rc = lull_fonts_new(&fonts, err);

	if (rc == LULL_OK)
		rc = lull_plot_draw(plot, plot->n_columns > 1 ? column_pt * plot->n_columns : one_pt, fonts, cli->arena, &inner, err);
	if (rc == LULL_OK) {
		with_margin(&page, cli->arena, &inner);
		rc = paint(&page, suffix_of(path), fonts, &out, err);
	}
	if (rc == LULL_OK)
		rc = lull_buf_status(&out, err);
	if (rc == LULL_OK)
		rc = cli_write_file(path, lull_buf_text(&out), out.n, err);
	lull_buf_clear(&out);
	lull_fonts_free(fonts);
	return rc;
}

/* ---- Ctrl-C ---- */

atomic_bool sim_stop;

static void on_interrupt(int number)
{
	atomic_store(&sim_stop, true);
	signal(number, SIG_DFL); /* a second one ends the program at once */
}

void sim_catch_interrupt(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_interrupt;
	sigemptyset(&action.sa_mask);
	action.sa_flags = SA_RESTART; /* a write that is under way goes on */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* ---- progress ---- */

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sim_progress_begin(struct cli *cli, struct sim_progress *p)
{
	const double now = now_s();
	*p = (struct sim_progress){ .is_shown = !cli->quiet && isatty(STDERR_FILENO), .start_s = now, .last_s = now };
}

/* 1234567 as 1,234,567 */
static void put_count(struct lull_buf *buf, double x)
{
	char digits[32];

	lull_num_text(digits, sizeof(digits), x, 0);
	const size_t n = strlen(digits);
	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			lull_buf_putc(buf, ',');
		lull_buf_putc(buf, digits[i]);
	}
}

static void put_left(struct lull_buf *buf, double s)
{
	if (s < 100)
		lull_buf_printf(buf, "%.0f s left", s);
	else if (s < 6000)
		lull_buf_printf(buf, "%.0f min left", s / 60);
	else
		lull_buf_printf(buf, "%.1f h left", s / 3600);
}

void sim_progress_done(void *user, size_t n_done, size_t n_all)
{
	struct sim_progress *p = user;

	p->n_done = n_done;
	p->n_all = n_all;
	if (!p->is_shown)
		return;
	const double now = now_s(), elapsed = now - p->start_s;
	if (now - p->last_s < 0.25)
		return;
	struct lull_buf buf = { 0 };
	const double per_s = (double)n_done / elapsed;
	p->last_s = now;
	lull_buf_puts(&buf, "\r\x1b[K  ");
	put_count(&buf, (double)n_done);
	lull_buf_puts(&buf, " of ");
	put_count(&buf, (double)n_all);
	lull_buf_puts(&buf, " people, ");
	put_count(&buf, per_s);
	lull_buf_puts(&buf, " a second, ");
	put_left(&buf, (double)(n_all - n_done) / per_s);
	fputs(lull_buf_text(&buf), stderr);
	fflush(stderr);
	lull_buf_clear(&buf);
}

void sim_progress_end(struct sim_progress *p)
{
	if (p->is_shown && p->last_s > p->start_s)
		fputs("\r\x1b[K", stderr);
}
