namespace S3Auth.Cli.Tests;

public sealed class FailuresTests
{
    // Clears the line, turns the writing round, ends the line.
    private const string Hostile = "a\u001b[2K\u202Eb\nc";

    private static IEnumerable<TestCaseData> Cases() =>
    [
        new TestCaseData(new RefusedException(Hostile, HttpStatusCode.Forbidden, Hostile, Hostile)).SetArgDisplayNames("refusal"),
        new TestCaseData(new StoreException(HttpStatusCode.Forbidden, Hostile, Hostile)).SetArgDisplayNames("store"),
        new TestCaseData(new UnacceptableFileException(Hostile)).SetArgDisplayNames("file"),
        new TestCaseData(new UsageException(Hostile)).SetArgDisplayNames("usage"),
    ];

    [TestCaseSource(nameof(Cases))]
    public void What_others_chose_is_shown_and_does_nothing(Exception failure) =>
        Assert.That(Failures.Describe(failure), Does.Contain("\\u{1B}[2K\\u{202E}b\\u{A}c").And.Not.Contain("\u001b").And.Not.Contain("\u202E").And.Not.Contain("\n"));

    [TestCase("größe 数据 🙂", "größe 数据 🙂")]
    [TestCase("a\u0085b", "a\\u{85}b")]
    [TestCase("a\u2028b", "a\\u{2028}b")]
    [TestCase("\u200b", "\\u{200B}")]
    public void Text_is_safe_for_a_terminal(string text, string expected) => Assert.That(Report.Safe(text), Is.EqualTo(expected));
}
