namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

/// <summary>Stores that enforce the limits of a session, or do not.</summary>
public sealed class SessionProbeTests
{
    [Test]
    public async Task Store_that_refuses_every_attempt_enforces_the_limits()
    {
        await using var store = await LimitingStore.StartAsync();
        var source = new ScriptedSessions();

        Assert.That(await store.AskAsync(source), Is.EqualTo(new SessionFinding(true)));

        Assert.That(store.Stored, Is.Empty, "The probe leaves nothing behind.");
        Assert.That(store.Uploads, Is.Empty, "The probe aborts its uploads.");
        var (request, duration) = source.Issued.Single();
        Assert.That(
            (request.Name, request.Prefixes.Single(), request.MayWrite, duration),
            Is.EqualTo(("s3auth-probe", "data/x/.s3auth-session-probe/own/", true, TimeSpan.FromSeconds(900))));
    }

    [TestCase("list-beside", "list files outside its folder")]
    [TestCase("list-above", "list files outside its folder")]
    [TestCase("list-all", "list files outside its folder")]
    [TestCase("list-all-v1", "list files outside its folder")]
    [TestCase("versions", "list files outside its folder")]
    [TestCase("uploads", "list multipart uploads outside its folder")]
    [TestCase("get", "read files outside its folder")]
    [TestCase("copy", "copy files from outside its folder")]
    [TestCase("copy-part", "copy files from outside its folder")]
    [TestCase("put-beside", "upload outside its folder")]
    [TestCase("put-above", "upload outside its folder")]
    [TestCase("open-beside", "open multipart uploads outside its folder")]
    [TestCase("form", "upload outside its folder")]
    [TestCase("delete", "delete files")]
    [TestCase("delete-many", "delete files")]
    [TestCase("tagging", "tag files")]
    [TestCase("policy", "change the bucket's policy")]
    [TestCase("notification", "rgw_enable_apis = s3, sts")]
    [TestCase("put-acl", "make files public")]
    [TestCase("put-acl", "IgnorePublicAcls=true")]
    [TestCase("put-grant", "make files public")]
    [TestCase("open-acl", "make files public")]
    [TestCase("open-grant", "make files public")]
    public async Task Session_that_can_do_more_is_a_problem(string operation, string problem)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.Add(operation);

        var found = await store.AskAsync(new ScriptedSessions());

        Assert.That((found.Enforced, found.IsTransient), Is.EqualTo(((bool?)false, false)));
        Assert.That(
            found.Problem,
            Does.StartWith("The server issues no temporary credentials, because their holder could ").And.Contain(problem));
        Assert.That(store.Stored, Is.Empty);
        Assert.That(store.Uploads, Is.Empty);
    }

    [Test]
    public async Task Session_that_gets_another_one_without_limits_is_a_problem()
    {
        await using var store = await LimitingStore.StartAsync();

        var found = await store.AskAsync(new ScriptedSessions { Unlimited = true });

        Assert.That(found.Enforced, Is.False);
        Assert.That(found.Problem, Does.Contain("session without limits").And.Contain("\"Null\":{\"aws:TokenIssueTime\":\"true\"}"));
    }

    [Test]
    public async Task Each_excess_and_each_advice_is_named_once()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.UnionWith(["list-beside", "list-above", "delete"]);

        var found = await store.AskAsync(new ScriptedSessions { Unlimited = true });

        Assert.That(found.Problem!.Split("list files"), Has.Length.EqualTo(2));
        Assert.That(found.Problem.Split("remove SESSION_CREDENTIALS"), Has.Length.EqualTo(2));
        Assert.That(found.Problem, Does.Contain("delete files").And.Contain("trust policy"));
    }

    [Test]
    public async Task Unclear_answer_of_the_STS_to_a_sessions_keys_is_not_safe()
    {
        await using var store = await LimitingStore.StartAsync();

        var found = await store.AskAsync(new ScriptedSessions { Unlimited = null });

        Assert.That((found.Enforced, found.IsTransient), Is.EqualTo(((bool?)null, true)));
    }

    [Test]
    public async Task Missing_object_proves_nothing()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Keys.Clear();
        store.Allowed.UnionWith(["get", "acl"]);

        var found = await store.AskAsync(new ScriptedSessions());

        Assert.That(found, Is.EqualTo(new SessionFinding(true) { IsComplete = false }));
    }

    [TestCase("delete")]
    [TestCase("put-beside")]
    [TestCase("open-beside")]
    public async Task Store_that_looks_for_the_file_does_not_refuse(string operation)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Instead = asked => asked == operation ? (404, StubStore.Error("NoSuchKey")) : null;

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.Null);
    }

    [Test]
    public async Task Form_that_is_refused_for_its_size_first_is_sent_again()
    {
        await using var store = await LimitingStore.StartAsync();
        store.ChecksSizesFirst = true;

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.True);
        Assert.That(store.Asked.Count(operation => operation == "form"), Is.EqualTo(2));
    }

    [TestCase("form", 400, "MalformedPOSTRequest")]
    [TestCase("delete-many", 400, "InvalidRequest")]
    public async Task Store_need_not_know_forms_and_the_deletion_of_many_files(string operation, int status, string code)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Instead = asked => asked == operation ? (status, StubStore.Error(code)) : null;

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.True);
    }

    [Test]
    public async Task Own_file_of_the_probe_is_not_outside()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Keys.Clear();
        store.Keys.AddRange(["data/x/.s3auth-session-probe/own/target", "data/x/later"]);
        store.Instead = operation => operation == "get" ? (403, StubStore.Error("AccessDenied")) : null;

        Assert.That((await store.AskAsync(new ScriptedSessions())).IsComplete, Is.True);
        store.Keys.RemoveAt(1);
        Assert.That((await store.AskAsync(new ScriptedSessions())).IsComplete, Is.False);
    }

    [TestCase("<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>", true)]
    [TestCase("<BlockPublicAccessBlockConfiguration><IgnorePublicAcls>TRUE</IgnorePublicAcls></BlockPublicAccessBlockConfiguration>", true)]
    [TestCase("<PublicAccessBlockConfiguration><IgnorePublicAcls>false</IgnorePublicAcls></PublicAccessBlockConfiguration>", false)]
    [TestCase("<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>", false)]
    public async Task Public_ACL_is_no_problem_where_the_bucket_ignores_it(string block, bool enforced)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.UnionWith(["put-acl", "open-acl"]);
        store.PublicAccessBlock = block;

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.EqualTo(enforced));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task File_shows_whether_a_public_ACL_has_an_effect_if_the_setting_cannot_be_read(bool makesPublic, bool enforced)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.Add("put-acl");
        (store.PublicAccessBlock, store.MakesPublic) = (null, makesPublic);

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.EqualTo(enforced));
        Assert.That(store.Stored, Is.Empty, "It is deleted.");
    }

    [Test]
    public async Task Store_that_ignores_ACLs_takes_any()
    {
        await using var store = await LimitingStore.StartAsync();
        store.IgnoresAcls = true;
        store.Allowed.UnionWith(["put-acl", "open-acl"]);

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.True);
    }

    [TestCase("list-inside", "s3:ListBucket")]
    [TestCase("put", "s3:PutObject")]
    public async Task Refusals_do_not_count_if_the_session_cannot_work_at_all(string operation, string advice)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.Remove(operation);

        var found = await store.AskAsync(new ScriptedSessions());

        Assert.That((found.Enforced, found.IsTransient), Is.EqualTo(((bool?)null, false)));
        Assert.That(found.Problem, Does.Contain("its own folder").And.Contain(advice));
    }

    [Test]
    public async Task Uploads_that_BlockPublicAcls_refuses_are_explained()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.Remove("put");
        store.PublicAccessBlock =
            "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>";

        Assert.That((await store.AskAsync(new ScriptedSessions())).Problem, Does.Contain("set IgnorePublicAcls only"));
    }

    [Test]
    public async Task Refusals_do_not_count_if_the_session_stops_working_meanwhile()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Instead = _ => store.Asked.Count > 10 ? (403, StubStore.Error("AccessDenied")) : null;

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.Null);
    }

    [Test]
    public async Task Gateway_that_does_not_know_its_own_sessions_is_explained()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Instead = _ => (403, StubStore.Error("InvalidAccessKeyId"));

        var found = await store.AskAsync(new ScriptedSessions());

        Assert.That(found.Enforced, Is.Null);
        Assert.That(found.Problem, Does.Contain("rgw_s3_auth_use_sts"));
    }

    [TestCase(503, "SlowDown", true)]
    [TestCase(400, "SomethingElse", false)]
    [TestCase(403, "SignatureDoesNotMatch", false)]
    public async Task Answer_that_is_no_refusal_is_not_safe(int status, string code, bool isTransient)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Instead = operation => operation == "delete" ? (status, StubStore.Error(code)) : null;

        var found = await store.AskAsync(new ScriptedSessions());

        Assert.That((found.Enforced, found.IsTransient), Is.EqualTo(((bool?)null, isTransient)));
        Assert.That(found.Problem, Does.Contain(code).And.Contain("delete files"));
    }

    [Test]
    public async Task Empty_file_outside_that_the_store_would_read_is_a_problem()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Instead = operation => operation == "get" ? (416, StubStore.Error("InvalidRange")) : null;

        var found = await store.AskAsync(new ScriptedSessions());

        Assert.That(found.Enforced, Is.False);
        Assert.That(found.Problem, Does.Contain("read files outside its folder"));
    }

    [TestCase("list-inside")]
    [TestCase("put")]
    public async Task Busy_store_is_tested_again_soon(string operation)
    {
        await using var store = await LimitingStore.StartAsync();
        store.Instead = asked => asked == operation ? (503, StubStore.Error("SlowDown")) : null;

        var found = await store.AskAsync(new ScriptedSessions());

        Assert.That((found.Enforced, found.IsTransient), Is.EqualTo(((bool?)null, true)));
    }

    [Test]
    public async Task Excess_counts_even_if_another_answer_is_unclear()
    {
        await using var store = await LimitingStore.StartAsync();
        store.Allowed.Add("policy");
        store.Instead = operation => operation == "delete" ? (503, "") : null;

        Assert.That((await store.AskAsync(new ScriptedSessions())).Enforced, Is.False);
    }

    [TestCase(nameof(SessionSourceException.Kind.Refused), false)]
    [TestCase(nameof(SessionSourceException.Kind.PolicyTooLong), false)]
    [TestCase(nameof(SessionSourceException.Kind.Timeout), true)]
    [TestCase(nameof(SessionSourceException.Kind.Unavailable), true)]
    public async Task Source_that_issues_no_session_is_a_problem(string kind, bool isTransient)
    {
        await using var store = await LimitingStore.StartAsync();

        var source = new ScriptedSessions
        {
            OnIssue = _ => throw ScriptedSessions.Failure(Enum.Parse<SessionSourceException.Kind>(kind)),
        };

        var found = await store.AskAsync(source);

        Assert.That(
            found,
            Is.EqualTo(new SessionFinding(null, "The server issues no temporary credentials: the STS says no. Do this.", isTransient)));
        Assert.That(store.Asked, Is.Empty);
    }

    [TestCase(nameof(SessionSourceException.Kind.Refused), "cannot issue sessions of 7200 s")]
    [TestCase(nameof(SessionSourceException.Kind.Timeout), null)]
    public async Task Duration_that_the_role_refuses_is_a_problem_but_shorter_sessions_are_safe(
        string kind, string? problem)
    {
        await using var store = await LimitingStore.StartAsync();
        var source = new ScriptedSessions
        {
            OnIssue = duration =>
            {
                if (duration > TimeSpan.FromHours(1))
                {
                    throw ScriptedSessions.Failure(Enum.Parse<SessionSourceException.Kind>(kind));
                }
            },
        };

        var found = await store.AskAsync(source, TimeSpan.FromHours(2));

        Assert.That(found.Enforced, Is.True);
        Assert.That(found.Problem, problem is null ? Is.Null : Does.Contain(problem).And.Contain("SESSION_MAX_SECONDS"));
    }

    [Test]
    public async Task Folders_at_the_top_of_the_bucket_have_nothing_above()
    {
        await using var store = await LimitingStore.StartAsync();

        var found = await store.AskAsync(new ScriptedSessions(), layout: Layouts.Of("{hotkey}/"));

        Assert.That(found.Enforced, Is.True);
    }
}
