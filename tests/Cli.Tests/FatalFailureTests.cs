namespace S3Auth.Cli.Tests;

public sealed class FatalFailureTests
{
    private static IEnumerable<TestCaseData> Cases() =>
    [
        new TestCaseData(new RefusedException("quota_exceeded", HttpStatusCode.TooManyRequests, ""), true, true).SetArgDisplayNames("quota_exceeded"),
        new TestCaseData(new RefusedException("chain_unavailable", HttpStatusCode.ServiceUnavailable, ""), true, true).SetArgDisplayNames("chain_unavailable"),
        new TestCaseData(new RefusedException("hotkey_not_registered", HttpStatusCode.Forbidden, ""), true, false).SetArgDisplayNames("hotkey_not_registered"),
        new TestCaseData(new RefusedException("file_exists", HttpStatusCode.Conflict, ""), false, false).SetArgDisplayNames("file_exists"),
        new TestCaseData(new HttpRequestException(), true, true).SetArgDisplayNames("no connection"),
        new TestCaseData(new StoreException(HttpStatusCode.Forbidden, "AccessDenied", null), false, false).SetArgDisplayNames("the store refuses one"),
        new TestCaseData(new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28), true, false).SetArgDisplayNames("disk full"),
        new TestCaseData(new FileNotFoundException(), false, false).SetArgDisplayNames("one file gone"),
    ];

    private static IEnumerable<TestCaseData> Lists() =>
    [
        new TestCaseData(Refusal("quota_exceeded", HttpStatusCode.TooManyRequests), true).SetArgDisplayNames("quota_exceeded"),
        new TestCaseData(Refusal("not_a_validator", HttpStatusCode.Forbidden), true).SetArgDisplayNames("not_a_validator"),
        new TestCaseData(Refusal("chain_unavailable", HttpStatusCode.ServiceUnavailable), true).SetArgDisplayNames("chain_unavailable"),
        new TestCaseData(new HttpRequestException(HttpRequestError.ConnectionError), true).SetArgDisplayNames("no connection"),
        new TestCaseData(Refusal("miner_not_found", HttpStatusCode.NotFound), false).SetArgDisplayNames("miner_not_found"),
        new TestCaseData(Refusal("storage_unavailable", HttpStatusCode.ServiceUnavailable), false).SetArgDisplayNames("storage_unavailable"),
        new TestCaseData(new ListingException("circle"), false).SetArgDisplayNames("circle"),
        new TestCaseData(new StalledException("no answer"), false).SetArgDisplayNames("no answer"),
        new TestCaseData(new HttpRequestException(HttpRequestError.ResponseEnded), false).SetArgDisplayNames("answer breaks off"),
    ];

    // What a miner can do to its own list ends no other's.
    [TestCaseSource(nameof(Lists))]
    public void Failure_of_one_list_is_one_of_all_or_not(Exception failure, bool isFatal) => Assert.That(FatalFailure.OfListing(failure), Is.EqualTo(isFatal));

    private static RefusedException Refusal(string code, HttpStatusCode status) => new(code, status, "");

    [TestCaseSource(nameof(Cases))]
    public void Failure_of_one_file_is_one_of_all_or_not_and_passes_or_not(Exception failure, bool isFatal, bool isPassing) =>
        Assert.That((FatalFailure.Is(failure), FatalFailure.IsPassing(failure)), Is.EqualTo((isFatal, isPassing)));
}
