namespace S3Auth.Application.Ports;

/// <summary>How the metagraph stands, for operators. Never holds a secret: everyone may see it.</summary>
/// <param name="Synchronised">Whether it follows a chain; false for a static one.</param>
/// <param name="Block">The snapshot's block; null while there is none.</param>
/// <param name="Hotkeys">Registered hotkeys in the snapshot; 0 while there is none.</param>
/// <param name="LastSync">When the snapshot was read; null while there is none.</param>
/// <param name="Age">How long ago that is; null while there is none.</param>
/// <param name="Endpoint">The node it is read from, without path and query; null while none answers, or where there is no chain.</param>
/// <param name="LastError">Why the last attempt failed, in words without secrets; null when it did not.</param>
public sealed record MetagraphState(
    bool Synchronised, ulong? Block, int Hotkeys, DateTimeOffset? LastSync, TimeSpan? Age, string? Endpoint, string? LastError);
