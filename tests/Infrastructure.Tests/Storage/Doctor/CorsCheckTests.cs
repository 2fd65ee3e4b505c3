namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class CorsCheckTests
{
    private const string Page = "https://page.example";

    [Test]
    public async Task Nothing_is_asked_without_origins()
    {
        await using var store = await ExaminedStore.StartAsync();

        var check = await store.RunAsync(new CorsCheck([]));

        Assert.That((check.Result, check.Finding.Contains("CORS_ORIGINS")), Is.EqualTo((StoreCheckResult.Ok, true)));
        Assert.That(store.Asked, Is.Empty);
    }

    [TestCase(Page, 200, Page, true)]
    [TestCase(Page, 204, "*", true)]
    [TestCase(Page, 200, "https://other.example", false)]
    [TestCase(Page, 200, null, false)]
    [TestCase(Page, 403, Page, false)]
    [TestCase("*", 200, "*", true)]
    [TestCase("*", 200, Page, false)]
    public async Task Origin_is_allowed_if_the_store_says_so(string origin, int status, string? allowed, bool isAllowed)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request =>
        {
            request.HttpContext.Response.Headers.AccessControlAllowOrigin = allowed;
            return (status, "");
        };

        var check = await store.RunAsync(new CorsCheck([origin]));

        Assert.That(check.Result, Is.EqualTo(isAllowed ? StoreCheckResult.Ok : StoreCheckResult.Warn));
        Assert.That(check.Finding, isAllowed ? Does.Contain(origin) : Does.Contain(origin == "*" ? "all origins" : origin));
    }

    [Test]
    public async Task Only_refused_origins_are_named()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request =>
        {
            request.HttpContext.Response.Headers.AccessControlAllowOrigin = Page;
            return (200, "");
        };

        var check = await store.RunAsync(new CorsCheck([Page, "https://b.example", "https://c.example"]));

        Assert.That(check.Finding, Does.Contain("https://b.example, https://c.example").And.Not.Contain(Page));
        Assert.That(check.Advice, Does.Contain("docs/stores.md"));
    }

    [Test]
    public async Task All_origins_are_asked_for_with_one_that_nobody_has()
    {
        await using var store = await ExaminedStore.StartAsync();
        var asked = "";
        store.Instead = request =>
        {
            asked = request.Headers.Origin;
            return (200, "");
        };

        await store.RunAsync(new CorsCheck(["*"]));

        Assert.That(asked, Does.StartWith("https://").And.EndWith(".invalid"));
    }

    [TestCase(null, "POST", false)]
    [TestCase(true, "POST", false)]
    [TestCase(false, "PUT", true)]
    public async Task Question_is_about_the_way_to_upload(bool? hasForms, string method, bool isPresigned)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Exam.Capabilities = store.Exam.Capabilities with { PostForms = hasForms };
        var asked = new List<(string Method, string? Origin, string? Wanted, bool IsPresigned)>();
        store.Instead = request =>
        {
            asked.Add((
                request.Method,
                request.Headers.Origin,
                request.Headers.AccessControlRequestMethod,
                request.Query.ContainsKey("X-Amz-Signature")));
            return (200, "");
        };

        await store.RunAsync(new CorsCheck([Page]));

        Assert.That(asked, Is.EqualTo(new[] { ("OPTIONS", Page, method, isPresigned) }));
    }
}
