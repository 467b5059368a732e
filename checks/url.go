package checks

import "context"

func checkURL(ctx context.Context, t Target) Result { return Result{} }
