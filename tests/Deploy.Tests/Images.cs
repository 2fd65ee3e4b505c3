namespace S3Auth.Deploy.Tests;

/// <summary>Names of images.</summary>
internal static partial class Images
{
    /// <summary>Whether it has a tag that says a version: <c>latest</c>, and none, may be anything tomorrow.</summary>
    internal static bool HasVersion(string image) => Version().IsMatch(image);

    [GeneratedRegex(
        @"\A[^\s:@]+(:[0-9]+/[^\s:@]+)?:(RELEASE\.)?[0-9]+[.-][0-9][\w.-]*(@sha256:[0-9a-f]{64})?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
