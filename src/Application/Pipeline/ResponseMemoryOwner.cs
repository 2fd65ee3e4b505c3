namespace S3Auth.Application.Pipeline;

/// <summary>The hotkey and the client address that a response's memory is charged to.</summary>
/// <param name="Hotkey">The authenticated hotkey; null for a request without a proof.</param>
/// <param name="Client">The group of client addresses that the request came from (<see cref="RequestOrigin.ClientGroup"/>).</param>
public readonly record struct ResponseMemoryOwner(AccountId? Hotkey, int Client);
