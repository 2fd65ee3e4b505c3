namespace S3Auth.Application.Ports;

/// <summary>One grant that is asked for.</summary>
/// <param name="Day">The day it counts for.</param>
/// <param name="Hotkey">Who was proved to ask.</param>
/// <param name="Role">As what.</param>
/// <param name="Limit">How many such a day this hotkey has.</param>
/// <param name="TotalLimit">How many all have together.</param>
public readonly record struct QuotaRequest(UtcDay Day, AccountId Hotkey, Role Role, long Limit, long TotalLimit);
