using System.Globalization;

namespace S3Auth.Client.Tests;

/// <summary>Requests from a machine with a wrong clock.</summary>
public sealed class ClockTests
{
    private static readonly Uri Service = new("https://service.example/");
    private static readonly DateTimeOffset ServerTime = DateTimeOffset.FromUnixTimeSeconds(1_795_000_600);

    private readonly List<TimeSpan> _said = [];
    private TestTime _time = null!;
    private KeyPair _keys = null!;

    [SetUp]
    public void SetUp()
    {
        _said.Clear();
        _time = new TestTime(ServerTime.AddMinutes(-10));
        _keys = KeyPair.FromUri("//Bob");
    }

    [TearDown]
    public void TearDown() => _keys.Dispose();

    [TestCase("timestamp_expired", -10)]
    [TestCase("timestamp_in_future", 10)]
    public async Task Request_is_retried_with_the_servers_time_and_later_requests_use_it_at_once(string code, int minutes)
    {
        _time = new TestTime(ServerTime.AddMinutes(minutes));
        using var answers = new Answers(Refusal(code), Answers.Ok);
        using var http = Connect(answers);

        using var first = await http.PostAsync("/a", content: null);
        using var second = await http.PostAsync("/a", content: null);

        Assert.Multiple(() =>
        {
            Assert.That((first.StatusCode, second.StatusCode, answers.Count), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK, 3)));
            Assert.That(Signed(answers), Is.EqualTo(new[] { ServerTime.AddMinutes(minutes), ServerTime, ServerTime }));
            Assert.That(_said, Is.EqualTo(new[] { TimeSpan.FromMinutes(-minutes) }), "once");
        });
    }

    [Test]
    public async Task Corrected_clock_is_used_after_the_next_refusal()
    {
        using var answers = new Answers(Refusal("timestamp_expired"), Answers.Ok, Refusal("timestamp_in_future"), Answers.Ok);
        using var http = Connect(answers);
        using var first = await http.PostAsync("/a", content: null);
        _time.Advance(TimeSpan.FromMinutes(10));

        using var second = await http.PostAsync("/a", content: null);

        Assert.That((second.StatusCode, Signed(answers)[^1]), Is.EqualTo((HttpStatusCode.OK, ServerTime)));
        Assert.That(_said, Is.EqualTo(new[] { TimeSpan.FromMinutes(10), TimeSpan.Zero }));
    }

    [Test]
    public async Task Request_is_retried_once_if_the_server_refuses_its_own_time()
    {
        using var answers = new Answers(Refusal("timestamp_expired"));
        using var http = Connect(answers);

        using var answer = await http.PostAsync("/a", content: null);

        Assert.That((answer.StatusCode, answers.Count), Is.EqualTo((HttpStatusCode.BadRequest, 2)));
    }

    // A proof with a time in the future stays valid until that time.
    [Test]
    public async Task Server_time_that_differs_by_more_than_a_day_is_ignored()
    {
        _time = new TestTime(ServerTime.AddHours(-25));
        using var answers = new Answers(Refusal("timestamp_expired"), Answers.Ok);
        using var http = Connect(answers);

        using var answer = await http.PostAsync("/a", content: null);

        Assert.That((answer.StatusCode, answers.Count, _said.Count), Is.EqualTo((HttpStatusCode.BadRequest, 1, 0)));
    }

    [Test]
    public async Task Date_header_is_used_if_the_detail_has_no_time()
    {
        using var answers = new Answers(Refusal("timestamp_expired", "Sign again.", ServerTime), Answers.Ok);
        using var http = Connect(answers);

        using var answer = await http.PostAsync("/a", content: null);

        Assert.That(Signed(answers)[^1], Is.EqualTo(ServerTime));
    }

    [TestCase("invalid_request", "application/problem+json")]
    [TestCase("timestamp_expired", "text/html")]
    public async Task Other_refusals_do_not_change_the_clock(string code, string mediaType)
    {
        using var answers = new Answers(Refusal(code, mediaType: mediaType), Answers.Ok);
        using var http = Connect(answers);

        using var answer = await http.PostAsync("/a", content: null);

        Assert.That((answer.StatusCode, answers.Count), Is.EqualTo((HttpStatusCode.BadRequest, 1)));
    }

    private static Func<HttpResponseMessage> Refusal(
        string code, string? detail = null, DateTimeOffset? date = null, string mediaType = "application/problem+json") => () =>
    {
        detail ??= "The timestamp 1 is 1 s too old (the limit is 300 s, and "
            + $"the server's time is {ServerTime.ToUnixTimeSeconds()}); sign again.";
        var response = new HttpResponseMessage(HttpStatusCode.BadRequest)
        {
            Content = new StringContent(
                $$"""{"type":"t","title":"T","status":400,"detail":"{{detail}}","code":"{{code}}","request_id":"r"}""",
                Encoding.UTF8,
                mediaType),
        };
        response.Headers.Date = date;
        return response;
    };

    private static DateTimeOffset[] Signed(Answers answers) =>
        [.. answers.Headers.Select(
            headers => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(headers["X-Tao-Timestamp"], CultureInfo.InvariantCulture)))];

    private HttpClient Connect(Answers answers)
    {
        var clock = new ServerClock(_time);
        return new HttpClient(new ClockHandler(clock, new S3AuthClientOptions { Time = _time, OnClockSkew = _said.Add })
        {
            InnerHandler = new TaoSigningHandler(Service, _keys, clock) { InnerHandler = answers },
        })
        {
            BaseAddress = Service,
        };
    }
}
