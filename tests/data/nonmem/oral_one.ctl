; A made-up oral drug, to show what the reader takes. Written for Lull; no data behind it.
$PROBLEM One compartment, first-order absorption, occasions
$INPUT ID TIME AMT DV EVID MDV CMT WT SEX OCC NOTE=DROP
$DATA oral_one.csv IGNORE=@
$SUBROUTINES ADVAN2 TRANS2
$PK
  ; occasions
  IOV1 = 0
  IF (OCC.EQ.1) IOV1 = ETA(4)
  IF (OCC.EQ.2) IOV1 = ETA(5)
  ; women clear less
  FSEX = 1
  IF (SEX.EQ.1) FSEX = THETA(6)
  TVCL = THETA(1) * (WT/70)**THETA(5) * FSEX
  CL = TVCL * EXP(ETA(1))
  V = THETA(2) * (WT/70) * EXP(ETA(2))
  KA = THETA(3) * EXP(IOV1)
  ALAG1 = THETA(4)
  ; bioavailability stays between 0 and 1
  LGF = LOG(THETA(7)/(1 - THETA(7))) + ETA(3)
  F1 = EXP(LGF)/(1 + EXP(LGF))
  S2 = V/1000
  HALF = LOG(2)*V/CL      ; not needed by the model
$ERROR
  IPRED = F
  W = SQRT(THETA(8)**2*IPRED**2 + THETA(9)**2)
  IF (W.EQ.0) W = 1
  Y = IPRED + W*EPS(1)
  IRES = DV - IPRED
$THETA
  (0, 20)        ; CL (L/h)
  (0, 100)       ; V (L)
  (0, 1.5)       ; KA (1/h)
  (0, 0.25, 1)   ; lag (h)
  0.75 FIX       ; allometric exponent
  (0, 0.8)       ; women
  (0, 0.4, 1)    ; F
  (0, 0.2)       ; proportional
  (0, 1.5)       ; additive (ng/mL)
$OMEGA BLOCK(2)
  0.09           ; IIV CL
  0.02 0.04      ; IIV V
$OMEGA 0.25      ; IIV F
$OMEGA BLOCK(1) 0.16 ; IOV KA
$OMEGA BLOCK(1) SAME
$SIGMA 1 FIX
$ESTIMATION METHOD=1 INTER MAXEVAL=9999
$TABLE ID TIME CL V FILE=oral_one.tab
