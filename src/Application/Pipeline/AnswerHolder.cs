using S3Auth.Substrate;

namespace S3Auth.Application.Pipeline;

/// <summary>Whose answer takes memory.</summary>
/// <param name="Hotkey">The hotkey that was proved to ask; null where nobody was.</param>
/// <param name="Client">The group of client addresses it came from (<see cref="Origin.ClientGroup"/>).</param>
public readonly record struct AnswerHolder(AccountId? Hotkey, int Client);
