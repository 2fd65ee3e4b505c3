namespace S3Auth.Api.Errors;

/// <summary>What is told to a client is one sentence, also where it is put together from two.</summary>
internal static class Sentence
{
    /// <summary>The sentence as it stands behind a colon.</summary>
    internal static string Continued(string sentence) => $"{char.ToLowerInvariant(sentence[0])}{sentence[1..]}";

    /// <summary>What is said of a member of a request that is not what it must be.</summary>
    internal static string Correct(string member, string what) => $"Correct '{member}': {Continued(what)}";
}
