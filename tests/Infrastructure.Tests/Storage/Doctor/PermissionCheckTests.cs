namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class PermissionCheckTests
{
    private const string Denied = "<Error><Code>AccessDenied</Code></Error>";
    private const string NoSuchKey = "<Error><Code>NoSuchKey</Code></Error>";

    [Test]
    public async Task Keys_with_least_rights_are_fine()
    {
        var (check, exam, _) = await RunAsync(_ => (403, Denied));

        Assert.That((check.Result, exam.MayDelete), Is.EqualTo((StoreCheckResult.Ok, false)));
        Assert.That(check.Finding, Is.EqualTo("The keys may do no more than the server needs."));
    }

    [TestCase(204, "", true)]
    [TestCase(404, NoSuchKey, true)]
    [TestCase(403, Denied, false)]
    [TestCase(503, "", null)]
    public async Task Right_to_delete_is_extra(int status, string body, bool? mayDelete)
    {
        var (check, exam, _) = await RunAsync(request => request.Method == "DELETE" ? (status, body) : (403, Denied));

        Assert.That(exam.MayDelete, Is.EqualTo(mayDelete));
        Assert.That(
            check.Finding,
            mayDelete is true ? Does.Contain("delete objects")
            : mayDelete is null ? Does.Contain("did not test")
            : Does.Not.Contain("delet"));
    }

    [TestCase(true)]
    [TestCase(null)]
    public async Task Nothing_is_deleted_in_a_bucket_that_may_have_versions(bool? isVersioned)
    {
        var (check, exam, asked) = await RunAsync(_ => (403, Denied), isVersioned);

        Assert.That(asked, Has.None.StartsWith("DELETE"));
        Assert.That(exam.MayDelete, Is.Null);
        Assert.That(check.Finding, Does.Contain("did not test whether they may delete"));
    }

    [TestCase(404, NoSuchKey, true)]
    [TestCase(200, "", true)]
    [TestCase(403, Denied, false)]
    [TestCase(501, "", false)]
    public async Task Right_to_change_acls_is_extra(int status, string body, bool isExtra)
    {
        var (check, _, _) = await RunAsync(request => request.Query.ContainsKey("acl") ? (status, body) : (403, Denied));

        Assert.That(check.Finding, isExtra ? Does.Contain("change the ACL of objects") : Does.Not.Contain("ACL"));
    }

    [TestCase(400, "<Error><Code>BadDigest</Code></Error>", true)]
    [TestCase(200, "", true)]
    [TestCase(403, Denied, false)]
    public async Task Right_to_write_outside_the_data_is_extra(int status, string body, bool isExtra)
    {
        var (check, _, _) = await RunAsync(request =>
            request.Path.Value!.EndsWith("/.s3auth-put-probe/outside", StringComparison.Ordinal) && !request.Path.Value.Contains("data/")
                ? (status, body)
                : (403, Denied));

        Assert.That(
            check.Finding, isExtra ? Does.Contain("write outside data/x/ and data/reddit/") : Does.Not.Contain("outside"));
    }

    [TestCase("{hotkey}/")]
    [TestCase(".{hotkey}/")]
    [TestCase(".s3auth-put-probe/{hotkey}/")]
    public async Task Key_below_the_prefix_of_a_layout_is_not_outside(string template)
    {
        await using var store = await ExaminedStore.StartAsync(layout: Layouts.Of(template));

        var check = await store.RunAsync(new PermissionCheck());

        Assert.That(check.Finding, Does.Not.Contain("outside"));
    }

    [TestCase("s3auth-dev", "", 0)]
    [TestCase("UPPER_CASE", "UPPER_CASE", 0)]
    [TestCase("other-1", "", 0)]
    [TestCase("other-1", "other-1", 1)]
    [TestCase("other-1 other-2 other-3 other-4", "other-1 other-2 other-3 other-4", 3)]
    public async Task Other_buckets_that_open_are_extra(string buckets, string open, int counted)
    {
        var (check, _, asked) = await RunAsync(request =>
            request.Path == "/" ? (200, ListOf(buckets.Split(' ')))
            : open.Split(' ').Contains(request.Path.Value!.Trim('/')) ? (200, "<ListBucketResult/>")
            : (403, Denied));

        Assert.That(
            check.Finding,
            counted == 0 ? Does.Not.Contain("bucket")
            : Does.Contain($"open at least {counted} other bucket{(counted == 1 ? "" : "s")} of the account"));
        Assert.That(asked, Has.None.StartsWith("GET /s3auth-dev").And.None.StartsWith("GET /other-4").And.None.StartsWith("GET /UPPER"));
    }

    [Test]
    public async Task Extra_rights_are_named_together_with_advice()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Exam.IsVersioned = false;

        var check = await store.RunAsync(new PermissionCheck());

        Assert.That(check.Result, Is.EqualTo(StoreCheckResult.Warn));
        Assert.That(check.Finding, Does.Contain("delete objects, ").And.Contain(", write outside").Or.Contain("delete objects, write"));
        Assert.That(check.Advice, Does.Contain("least privilege"));
        Assert.That(await store.ListAsync(), Is.Empty, "Attempts change nothing.");
    }

    private static string ListOf(string[] buckets) =>
        $"<ListAllMyBucketsResult>{string.Concat(buckets.Select(name => $"<Name>{name}</Name>"))}</ListAllMyBucketsResult>";

    private static async Task<(StoreCheck Check, StoreExam Exam, IReadOnlyCollection<string> Asked)> RunAsync(
        Func<HttpRequest, (int Status, string Body)?> answer, bool? isVersioned = false)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Exam.IsVersioned = isVersioned;
        store.Instead = answer;
        return (await store.RunAsync(new PermissionCheck()), store.Exam, store.Asked);
    }
}
