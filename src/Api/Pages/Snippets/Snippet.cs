namespace S3Auth.Api.Pages.Snippets;

/// <summary>One way to do it.</summary>
/// <param name="Id">What its place in the page is called.</param>
/// <param name="Title">The language or tool.</param>
/// <param name="Needs">What must be there.</param>
/// <param name="Text">What to paste.</param>
public sealed record Snippet(string Id, string Title, string Needs, string Text);
