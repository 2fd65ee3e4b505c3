namespace S3Auth.Application.Pipeline;

/// <summary>The hotkey and the client whose answer takes memory.</summary>
/// <param name="Hotkey">The proved hotkey; null for a request without a proof.</param>
/// <param name="Client">The group of client addresses it came from (<see cref="Origin.ClientGroup"/>).</param>
public readonly record struct AnswerHolder(AccountId? Hotkey, int Client);
