namespace S3Auth.Api.Pages.Snippets;

/// <summary>One example on the page.</summary>
/// <param name="Id">The id of its element.</param>
/// <param name="Title">The language or tool.</param>
/// <param name="Needs">What it needs, and how to run it.</param>
/// <param name="Text">The text to paste.</param>
/// <param name="NeedsTool">Whether it runs <c>s3auth</c>.</param>
/// <param name="Install">The command that installs what it needs; null if the page shows none.</param>
public sealed record Snippet(string Id, string Title, string Needs, string Text, bool NeedsTool = false, string? Install = null);
