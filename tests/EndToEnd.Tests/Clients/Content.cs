namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Compares what files hold.</summary>
internal static class Content
{
    /// <summary>Both are the same, byte for byte. (NUnit's own comparison takes seconds for large arrays.)</summary>
    public static void AssertSame(byte[] actual, byte[] expected, string? what = null)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        Assert.That(actual.AsSpan().CommonPrefixLength(expected), Is.EqualTo(expected.Length), what);
    }
}
