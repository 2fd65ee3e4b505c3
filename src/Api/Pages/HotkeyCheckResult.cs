namespace S3Auth.Api.Pages;

/// <summary>A hotkey that somebody asked the page about.</summary>
/// <param name="Asked">What was typed.</param>
/// <param name="Status">What the chain says of it; null where that cannot be told.</param>
/// <param name="Sentence">Why it cannot.</param>
/// <param name="IsMalformed">Whether what was typed is no address.</param>
public sealed record HotkeyCheckResult(string Asked, HotkeyStatus? Status, string? Sentence = null, bool IsMalformed = false);
