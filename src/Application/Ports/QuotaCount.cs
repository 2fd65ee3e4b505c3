namespace S3Auth.Application.Ports;

/// <summary>How the counters stand after a grant was asked for.</summary>
/// <param name="Granted">Whether both limits left one; then the counts include it.</param>
/// <param name="Used">How many this hotkey had that day, in that role.</param>
/// <param name="TotalUsed">How many all had.</param>
/// <param name="IsShared">Whether it was counted where all instances count; else by this one alone.</param>
public readonly record struct QuotaCount(bool Granted, long Used, long TotalUsed, bool IsShared);
