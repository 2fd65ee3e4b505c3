namespace S3Auth.Api.Pages;

/// <summary>The answer to the check of an address on the page.</summary>
/// <param name="Asked">The text that the visitor entered.</param>
/// <param name="Status">What the chain says about the address as a hotkey; null if it is not known.</param>
/// <param name="Owned">The hotkeys that the address owns as a coldkey; null if it is itself a registered hotkey.</param>
/// <param name="Sentence">Why the status is not known.</param>
/// <param name="IsMalformed">Whether the text is not an address.</param>
public sealed record HotkeyCheckResult(
    string Asked, HotkeyStatus? Status, OwnedHotkeys? Owned = null, string? Sentence = null, bool IsMalformed = false);
