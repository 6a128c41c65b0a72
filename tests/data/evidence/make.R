# Makes metafor.csv: what R's metafor answers for studies.csv of this folder (2x2 tables of the BCG vaccine trials, Colditz 1994,
# doi 10.1001/jama.1994.03510330076038, one of them emptied; all other columns invented). Run by hand: Rscript make.R; needs Debian's r-cran-metafor.
library(metafor)
d <- read.csv("studies.csv")
out <- data.frame()
say <- function(measure, method, knha, mods, name, value)
	out <<- rbind(out, data.frame(measure, method, knha, mods, name, value = sprintf("%.17g", as.numeric(value))))
of <- function(m) switch(m,
	PLO =, PFT =, PR = escalc(m, xi = xi, ni = ni, data = d),
	MN = escalc(m, mi = m1i, sdi = sd1i, ni = n1i, data = d),
	MD =, SMD = escalc(m, m1i = m1i, sd1i = sd1i, n1i = n1i, m2i = m2i, sd2i = sd2i, n2i = n2i, data = d),
	RR =, OR =, RD = escalc(m, ai = ai, bi = bi, ci = ci, di = di, data = d))
tight <- list(threshold = 1e-12, maxiter = 100000)
for (m in c("PLO", "PFT", "PR", "MN", "MD", "SMD", "RR", "OR", "RD")) {
	e <- of(m)
	for (i in seq_len(nrow(e))) { say(m, "", 0, 0, paste0("yi", i), e$yi[i]); say(m, "", 0, 0, paste0("vi", i), e$vi[i]) }
	for (method in c("FE", "DL", "REML", "ML", "PM", "HE", "SJ", "EB"))
		for (knha in 0:1) for (mods in 0:1) {
			if (method == "FE" && knha) next
			ctl <- if (method %in% c("PM")) list(tol = 1e-14, maxiter = 100000) else tight
			f <- if (mods) ~ dose else ~ 1
			r <- rma(yi, vi, data = e, mods = f, method = method, test = if (knha) "knha" else "z", control = ctl)
			for (j in seq_along(r$beta)) {
				say(m, method, knha, mods, paste0("b", j), r$beta[j]); say(m, method, knha, mods, paste0("se", j), r$se[j])
				say(m, method, knha, mods, paste0("lb", j), r$ci.lb[j]); say(m, method, knha, mods, paste0("ub", j), r$ci.ub[j])
				say(m, method, knha, mods, paste0("p", j), r$pval[j]) }
			say(m, method, knha, mods, "tau2", r$tau2); say(m, method, knha, mods, "q", r$QE); say(m, method, knha, mods, "q_p", r$QEp)
			say(m, method, knha, mods, "i2", r$I2); say(m, method, knha, mods, "h2", r$H2)
			if (mods) { say(m, method, knha, mods, "qm", r$QM); say(m, method, knha, mods, "qm_p", r$QMp) }
			if (!mods) { p <- predict(r); say(m, method, knha, mods, "pi_lb", if (method == "FE") p$ci.lb else p$pi.lb); say(m, method, knha, mods, "pi_ub", if (method == "FE") p$ci.ub else p$pi.ub) }
			if (method %in% c("ML", "REML")) say(m, method, knha, mods, "log_lik", logLik(r))
			if (method != "FE" && !knha && !mods) {
				c <- confint(r, control = list(tol = 1e-12, tau2.max = 1e6))
				say(m, method, knha, mods, "qp_lb", c$random["tau^2", "ci.lb"]); say(m, method, knha, mods, "qp_ub", c$random["tau^2", "ci.ub"]) }
		}
	t <- regtest(e$yi, e$vi, model = "lm"); say(m, "EGGER", 0, 0, "t", t$zval); say(m, "EGGER", 0, 0, "p", t$pval)
	l <- leave1out(rma(yi, vi, data = e, method = "DL")); say(m, "DL", 0, 0, "loo3", l$estimate[3])
	u <- cumul(rma(yi, vi, data = e, method = "DL")); say(m, "DL", 0, 0, "cum5", u$estimate[5])
}
e <- of("PFT"); n <- 1 / mean(1 / e$ni)
for (y in c(0.01, 0.3, 0.785, 1.2, 1.57)) say("PFT", "BACK", 0, 0, sprintf("%.3f", y), transf.ipft.hm(y, targs = list(ni = d$ni)))
write.csv(out, "metafor.csv", row.names = FALSE, quote = FALSE)
cat(as.character(packageVersion("metafor")), R.version.string, "\n")
