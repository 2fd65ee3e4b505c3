using System.Net.Sockets;

namespace S3Auth.Client.Tests;

public sealed class RetryReasonTests
{
    private static IEnumerable<TestCaseData> Failures() =>
    [
        new TestCaseData(
            new HttpRequestException(
                HttpRequestError.ConnectionError,
                "Connection refused (127.0.0.1:8123)",
                new SocketException((int)SocketError.ConnectionRefused)),
            "the server is not reachable: connection refused (127.0.0.1:8123)"),
        new TestCaseData(
            new HttpRequestException(HttpRequestError.NameResolutionError, "Name or service not known (s3.example:443)"),
            "the host name of the server cannot be resolved: name or service not known (s3.example:443)"),
        new TestCaseData(
            new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                "See inner.",
                new System.Security.Authentication.AuthenticationException("It expired.")),
            "the TLS connection to the server failed: it expired"),
        new TestCaseData(
            new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely."), "the connection to the server broke"),
        new TestCaseData(
            new StalledException("The server did not answer within 30 s."), "the server did not answer within 30 s"),
        new TestCaseData(
            new StoreException(HttpStatusCode.ServiceUnavailable, "SlowDown", "Please."), "the store answered 503 SlowDown"),
    ];

    [TestCaseSource(nameof(Failures))]
    public void Reason_names_the_cause(Exception exception, string expected) =>
        Assert.That(RetryReason.Of(exception, "the server"), Is.EqualTo(expected));

    [Test]
    public async Task Reason_of_a_refusal_has_its_code_and_detail()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
        {
            Content = new StringContent(
                """{"code":"storage_unavailable","detail":"The object store does not answer."}""",
                new System.Net.Http.Headers.MediaTypeHeaderValue("application/problem+json")),
        };

        Assert.That(
            await RetryReason.OfAsync(response),
            Is.EqualTo("the server answered 503 storage_unavailable: The object store does not answer"));
    }
}
