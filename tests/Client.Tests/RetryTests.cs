
namespace S3Auth.Client.Tests;

public sealed class RetryTests
{
    private static readonly Uri Target = new("https://service.example/get-folder-access");

    private readonly List<RetryNotice> _notices = [];

    [SetUp]
    public void SetUp() => _notices.Clear();

    private static IEnumerable<TestCaseData> Passing() =>
    [
        new TestCaseData(Answers.Status(HttpStatusCode.TooManyRequests)).SetArgDisplayNames("429"),
        new TestCaseData(Answers.Status(HttpStatusCode.ServiceUnavailable)).SetArgDisplayNames("503"),
        new TestCaseData(Answers.Status(HttpStatusCode.GatewayTimeout)).SetArgDisplayNames("504"),
        new TestCaseData(Answers.Status(HttpStatusCode.BadGateway)).SetArgDisplayNames("502"),
        new TestCaseData(Answers.Failure).SetArgDisplayNames("no connection"),
    ];

    [TestCaseSource(nameof(Passing))]
    public async Task Transient_failure_is_retried(Func<HttpResponseMessage> failure)
    {
        using var answers = new Answers(failure, failure, Answers.Ok);

        using var answer = await PostAsync(
            answers, new S3AuthClientOptions { FirstWait = TimeSpan.FromMilliseconds(1), OnRetry = _notices.Add });

        Assert.Multiple(() =>
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answers.Count, Is.EqualTo(3));
            Assert.That(_notices.Select(notice => notice.Attempt), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(_notices.Select(notice => notice.MaxRetries), Has.All.EqualTo(_notices[0].Reason.Contains("429") ? 50 : 5));
        });
    }

    [TestCase(HttpStatusCode.BadRequest)]
    [TestCase(HttpStatusCode.Unauthorized)]
    [TestCase(HttpStatusCode.Forbidden)]
    [TestCase(HttpStatusCode.Conflict)]
    public async Task Permanent_failure_is_not_retried(HttpStatusCode status)
    {
        using var answers = new Answers(Answers.Status(status));

        using var answer = await PostAsync(answers, new S3AuthClientOptions());

        Assert.That((answer.StatusCode, answers.Count), Is.EqualTo((status, 1)));
    }

    [Test]
    public async Task Retries_end_after_the_allowed_attempts()
    {
        using var answers = new Answers(Answers.Status(HttpStatusCode.ServiceUnavailable));

        using var answer = await PostAsync(answers, new S3AuthClientOptions { Attempts = 3, FirstWait = TimeSpan.FromMilliseconds(1) });

        Assert.That((answer.StatusCode, answers.Count), Is.EqualTo((HttpStatusCode.ServiceUnavailable, 3)));
    }

    [Test]
    public async Task Retry_waits_for_Retry_After()
    {
        var time = new TestTime();
        using var answers = new Answers(Answers.Status(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(30)), Answers.Ok);
        var posting = PostAsync(answers, new S3AuthClientOptions { Time = time, OnRetry = _notices.Add });
        await Wait.UntilAsync(() => _notices.Count > 0);
        time.Advance(TimeSpan.FromSeconds(29));
        await Task.Delay(50);
        var early = answers.Count;
        while (!posting.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        using var answer = await posting;
        Assert.Multiple(() =>
        {
            Assert.That(early, Is.EqualTo(1));
            Assert.That(answers.Count, Is.EqualTo(2));
            Assert.That(_notices.Single().Wait, Is.EqualTo(TimeSpan.FromSeconds(30)));
        });
    }

    // Eight transfers share the limit of one client address, so one of them can get 429 many times.
    [Test]
    public async Task Rate_limited_request_is_retried_more_often()
    {
        using var answers = new Answers(
            [.. Enumerable.Repeat(Answers.Status(HttpStatusCode.TooManyRequests, TimeSpan.FromMilliseconds(1)), 15), Answers.Ok]);

        using var answer = await PostAsync(answers, new S3AuthClientOptions { Attempts = 3 });

        Assert.That((answer.StatusCode, answers.Count), Is.EqualTo((HttpStatusCode.OK, 16)));
    }

    [Test]
    public async Task Long_Retry_After_is_not_waited_for()
    {
        using var answers = new Answers(Answers.Status(HttpStatusCode.TooManyRequests, TimeSpan.FromHours(5)));

        using var answer = await PostAsync(answers, new S3AuthClientOptions());

        Assert.That((answer.StatusCode, answers.Count), Is.EqualTo((HttpStatusCode.TooManyRequests, 1)));
    }

    [Test]
    public async Task Refusal_becomes_an_exception_with_the_servers_detail()
    {
        using var answers = new Answers(() => new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            Content = new StringContent(
                """
                {
                  "type": "t", "title": "T", "status": 403, "detail": "Register it.",
                  "code": "hotkey_not_registered", "request_id": "r-1", "errors": { "hotkey": ["a", "b"] }
                }
                """,
                Encoding.UTF8,
                "application/problem+json"),
        });
        using var http = new HttpClient(new RefusalHandler { InnerHandler = answers });

        var refusal = Assert.ThrowsAsync<RefusedException>(() => http.GetAsync(Target));

        await Task.CompletedTask;
        Assert.Multiple(() =>
        {
            Assert.That((refusal!.Code, refusal.Message, refusal.RequestId, refusal.Status), Is.EqualTo(
                ("hotkey_not_registered", "Register it.", "r-1", HttpStatusCode.Forbidden)));
            Assert.That(refusal.Errors["hotkey"], Is.EqualTo(new[] { "a", "b" }));
        });
    }

    [TestCase("not json")]
    [TestCase("")]
    [TestCase("[]")]
    public void Refusal_without_a_reason_becomes_an_exception(string body)
    {
        using var answers = new Answers(() => new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/problem+json"),
        });
        using var http = new HttpClient(new RefusalHandler { InnerHandler = answers });

        Assert.That(
            () => http.GetAsync(Target), Throws.TypeOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo("unknown"));
    }

    private static async Task<HttpResponseMessage> PostAsync(Answers answers, S3AuthClientOptions options)
    {
        using var http = new HttpClient(new RetryHandler(options) { InnerHandler = answers }, disposeHandler: false);
        return await http.PostAsync(Target, content: null);
    }
}
