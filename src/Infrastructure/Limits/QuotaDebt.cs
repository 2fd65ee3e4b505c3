namespace S3Auth.Infrastructure.Limits;

/// <summary>What this instance counted while Redis was down. A refund of what Redis counted is a negative debt.</summary>
/// <param name="Grants">The grants of one hotkey.</param>
/// <param name="Files">The files of the same hotkey.</param>
/// <param name="Total">The grants of all hotkeys.</param>
internal readonly record struct QuotaDebt(long Grants, long Files, long Total);
