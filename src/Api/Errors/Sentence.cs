namespace S3Auth.Api.Errors;

/// <summary>Builds the <c>detail</c> of a refusal from a member's name and what is wrong with it.</summary>
internal static class Sentence
{
    /// <summary>Returns the sentence with a lower-case first letter, to follow a colon.</summary>
    internal static string Continued(string sentence) => $"{char.ToLowerInvariant(sentence[0])}{sentence[1..]}";

    /// <summary>Returns the <c>detail</c> for a malformed member.</summary>
    internal static string Correct(string member, string what) => $"Correct '{member}': {Continued(what)}";
}
