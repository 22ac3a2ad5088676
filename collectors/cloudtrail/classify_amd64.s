//go:build amd64 && !purego

#include "textflag.h"

// func classify(b *[64]byte, low, span uint64) (quotes, brackets, slashes, firsts uint64)
//
// Four times sixteen bytes; the masks are gathered in R8, R9 and R10, backslashes in X12.
TEXT ·classify(SB), NOSPLIT, $0-56
	MOVQ       b+0(FP), SI
	MOVQ       low+8(FP), X13
	PUNPCKLQDQ X13, X13
	MOVQ       span+16(FP), X14
	PUNPCKLQDQ X14, X14
	MOVQ       $0x2222222222222222, AX // quote
	MOVQ       AX, X8
	PUNPCKLQDQ X8, X8
	MOVQ       $0x2626262626262626, AX // fold
	MOVQ       AX, X9
	PUNPCKLQDQ X9, X9
	MOVQ       $0x7f7f7f7f7f7f7f7f, AX // low7
	MOVQ       AX, X10
	PUNPCKLQDQ X10, X10
	MOVQ       $0x5c5c5c5c5c5c5c5c, AX // slash
	MOVQ       AX, X11
	PUNPCKLQDQ X11, X11
	PXOR       X12, X12

	MOVOU    0(SI), X0
	MOVO     X0, X1
	MOVO     X0, X2
	MOVO     X0, X3
	PSUBB    X13, X3
	MOVO     X3, X4
	PMINUB   X14, X4
	PCMPEQB  X8, X0
	POR      X9, X1
	PCMPEQB  X10, X1
	PCMPEQB  X11, X2
	PCMPEQB  X4, X3
	POR      X2, X12
	PMOVMSKB X0, AX
	PMOVMSKB X1, BX
	PMOVMSKB X3, DX
	MOVQ     AX, R8
	MOVQ     BX, R9
	MOVQ     DX, R10

	MOVOU    16(SI), X0
	MOVO     X0, X1
	MOVO     X0, X2
	MOVO     X0, X3
	PSUBB    X13, X3
	MOVO     X3, X4
	PMINUB   X14, X4
	PCMPEQB  X8, X0
	POR      X9, X1
	PCMPEQB  X10, X1
	PCMPEQB  X11, X2
	PCMPEQB  X4, X3
	POR      X2, X12
	PMOVMSKB X0, AX
	PMOVMSKB X1, BX
	PMOVMSKB X3, DX
	SHLQ     $16, AX
	SHLQ     $16, BX
	SHLQ     $16, DX
	ORQ      AX, R8
	ORQ      BX, R9
	ORQ      DX, R10

	MOVOU    32(SI), X0
	MOVO     X0, X1
	MOVO     X0, X2
	MOVO     X0, X3
	PSUBB    X13, X3
	MOVO     X3, X4
	PMINUB   X14, X4
	PCMPEQB  X8, X0
	POR      X9, X1
	PCMPEQB  X10, X1
	PCMPEQB  X11, X2
	PCMPEQB  X4, X3
	POR      X2, X12
	PMOVMSKB X0, AX
	PMOVMSKB X1, BX
	PMOVMSKB X3, DX
	SHLQ     $32, AX
	SHLQ     $32, BX
	SHLQ     $32, DX
	ORQ      AX, R8
	ORQ      BX, R9
	ORQ      DX, R10

	MOVOU    48(SI), X0
	MOVO     X0, X1
	MOVO     X0, X2
	MOVO     X0, X3
	PSUBB    X13, X3
	MOVO     X3, X4
	PMINUB   X14, X4
	PCMPEQB  X8, X0
	POR      X9, X1
	PCMPEQB  X10, X1
	PCMPEQB  X11, X2
	PCMPEQB  X4, X3
	POR      X2, X12
	PMOVMSKB X0, AX
	PMOVMSKB X1, BX
	PMOVMSKB X3, DX
	SHLQ     $48, AX
	SHLQ     $48, BX
	SHLQ     $48, DX
	ORQ      AX, R8
	ORQ      BX, R9
	ORQ      DX, R10

	PMOVMSKB X12, CX
	MOVQ     R8, quotes+24(FP)
	MOVQ     R9, brackets+32(FP)
	MOVQ     CX, slashes+40(FP)
	MOVQ     R10, firsts+48(FP)
	RET
