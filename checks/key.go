package checks

import "context"

func checkKey(ctx context.Context, t Target) Result { return Result{} }
