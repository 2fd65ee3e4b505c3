namespace S3Auth.Api.OpenApi;

/// <summary>Texts of doc comments.</summary>
internal static class Text
{
    /// <summary>Joins the lines of a text, because a doc comment breaks lines where its source does.</summary>
    internal static string? Unwrap(string? text) => text?.ReplaceLineEndings(" ");
}
