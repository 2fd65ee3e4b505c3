namespace S3Auth.Testing;

/// <summary>Compares file contents.</summary>
public static class Content
{
    /// <summary>Asserts that both are equal. NUnit's own comparison takes seconds for large arrays.</summary>
    public static void AssertSame(byte[] actual, byte[] expected, string? what = null)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        Assert.That(actual.AsSpan().CommonPrefixLength(expected), Is.EqualTo(expected.Length), what);
    }
}
