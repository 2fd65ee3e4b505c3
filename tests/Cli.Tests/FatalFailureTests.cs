using System.Net;
using S3Auth.Cli.Transfers;
using S3Auth.Client;

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

    [TestCaseSource(nameof(Cases))]
    public void Failure_of_one_file_is_one_of_all_or_not_and_passes_or_not(Exception failure, bool isFatal, bool isPassing) =>
        Assert.That((FatalFailure.Is(failure), FatalFailure.IsPassing(failure)), Is.EqualTo((isFatal, isPassing)));
}
