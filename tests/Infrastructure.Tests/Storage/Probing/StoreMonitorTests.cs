namespace S3Auth.Infrastructure.Tests.Storage.Probing;

/// <summary>Checks of the store, repeated over time.</summary>
public sealed class StoreMonitorTests
{
    private const string SignatureDoesNotMatch = "The request signature we calculated does not match the signature you provided.";

    private static readonly Uri Nowhere = new("http://127.0.0.1:1");

    [Test]
    public async Task Working_store_has_no_problem()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore());

        Assert.That(
            monitor.Findings,
            Is.EqualTo(StoreFindings.None with
            {
                UploadMethod = UploadMethod.Put,
                Capabilities = new StoreCapabilities
                {
                    PostForms = true,
                    PutUploads = PutUploads.Safe,
                    HeaderGuard = BarredHeaders.None,
                    PartUploads = PutUploads.Safe,
                    PartHeaderGuard = BarredHeaders.None,
                    PutSizesEnforced = true,
                },
                CheckedAt = monitor.Findings.CheckedAt,
            }));
        Assert.That(monitor.Log.Count(LogLevel.Warning) + monitor.Log.Count(LogLevel.Error), Is.Zero);
    }

    [TestCase(400, "AuthorizationQueryParametersError", "<Region>eu-west-1</Region>", "S3_REGION=eu-west-1", true)]
    [TestCase(403, "SignatureDoesNotMatch", "", "AWS_SECRET_ACCESS_KEY", true)]
    [TestCase(403, "InvalidAccessKeyId", "", "AWS_ACCESS_KEY_ID", true)]
    [TestCase(404, "NoSuchBucket", "", "S3_BUCKET", true)]
    [TestCase(403, "ExpiredToken", "", "AWS_SESSION_TOKEN", true)]
    [TestCase(403, "RequestTimeTooSkewed", "", "timedatectl", true)]
    [TestCase(301, "PermanentRedirect", "<Region>eu-west-1</Region>", "S3_REGION=eu-west-1", true)]
    [TestCase(403, "AccessDenied", "", "s3:ListBucket", false)]
    [TestCase(403, "AccessDenied", "<Region>eu-west-1</Region>", "S3_REGION=eu-west-1", false)]
    [TestCase(400, "InvalidArgument", "<Region>eu-west-1</Region>", "S3_REGION=eu-west-1", false)]
    public async Task Refusal_at_the_start_is_reported_with_advice(
        int status,
        string code,
        string more,
        string advice,
        bool refusesSignatures)
    {
        await using var monitor =
            await Monitored.StartAsync(new StubStore { Instead = _ => (status, StubStore.Error(code, "In the store's words.", more)) });

        Assert.That(monitor.Findings.Refusal, Does.Contain(code).And.Contain("In the store's words.").And.Contain(advice));
        Assert.That(monitor.Findings.RefusesSignatures, Is.EqualTo(refusesSignatures));
        Assert.That(monitor.Log.Count(LogLevel.Error), Is.Positive);
        if (refusesSignatures)
        {
            var refused = Assert.Throws<RefusedException>(() => monitor.Signer.At(TimeProvider.System.GetUtcNow()))!;
            Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.StorageUnavailable, (TimeSpan?)null)));
            Assert.That(refused.Message, Does.Not.Contain("try again").And.Contain("operator"));
        }
        else
        {
            Assert.That(() => monitor.Signer.At(TimeProvider.System.GetUtcNow()), Throws.Nothing);
        }
    }

    [TestCase("AccessDenied", 120, "clock is 7[12][0-9]{2} s behind the store's", true)]
    [TestCase("AccessDenied", 14, "s3:ListBucket", false)]
    [TestCase("AccessDenied", 2, "s3:ListBucket", false)]
    [TestCase("RequestTimeTooSkewed", 14, "clock is 8[3-9][0-9] s behind the store's", true)]
    public async Task Clock_difference_is_reported(string code, int minutes, string advice, bool refusesSignatures)
    {
        await using var monitor = await Monitored.StartAsync(new StubStore
        {
            Instead = context =>
            {
                context.Response.Headers.Date = TimeProvider.System.GetUtcNow().AddMinutes(minutes).ToString("R");
                return (403, StubStore.Error(code, "Request has expired"));
            },
        });

        Assert.That(monitor.Findings.Refusal, Does.Match(advice));
        Assert.That(monitor.Findings.RefusesSignatures, Is.EqualTo(refusesSignatures));
    }

    [Test]
    public async Task Stores_message_is_bounded_and_contains_no_signature_address_or_key()
    {
        const string Signature = "3488b1f0de14b4639a3e0cd981d2d9998cfd5eeb4f8287bd7fc70134758019cf";
        var message = $"Bad\u0001 \u2028{Signature} of AKIAIOSFODNN7EXAMPLE at http://10.1.2.3:9000/x and 10.1.2.3:9000 "
            + new string('z', 5).PadRight(900, '!');
        await using var monitor = await Monitored.StartAsync(new StubStore
        {
            Instead = _ => (
                403,
                StubStore.Error(
                    "SignatureDoesNotMatch",
                    $"<![CDATA[{message.Replace("\u0001", " ", StringComparison.Ordinal)}]]>",
                    $"<StringToSign>AWS4 {Signature}</StringToSign>")),
        });

        Assert.That(
            monitor.Findings.Refusal,
            Does.Not.Contain(Signature).And.Not.Contain("AKIAIOSFODNN7EXAMPLE").And.Not.Contain("10.1.2.3").And.Contain("Bad"));
        Assert.That(monitor.Findings.Refusal, Has.Length.LessThan(500).And.Matches("\\A[ -~]*\\z"));
    }

    [Test]
    public async Task Refusal_after_success_counts_only_twice_in_a_row()
    {
        var store = new StubStore();
        await using var monitor = await Monitored.StartAsync(store);

        store.Instead = _ => (403, StubStore.Error("SignatureDoesNotMatch", SignatureDoesNotMatch));
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Refusal, Is.Null);
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Refusal, Does.Contain(SignatureDoesNotMatch));

        store.Instead = _ => null;
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Refusal, Is.Null);
    }

    [TestCase(503)]
    [TestCase(500)]
    [TestCase(403, Description = "without an S3 error: something in front of the store")]
    public async Task Outage_of_a_store_changes_nothing(int status)
    {
        var store = new StubStore();
        await using var monitor = await Monitored.StartAsync(store);

        store.Instead = _ => (status, "");
        for (var i = 0; i < 4; i++)
        {
            await monitor.NextAsync();
        }

        Assert.That((monitor.Findings.Refusal, monitor.Findings.Capabilities.PutUploads), Is.EqualTo(((string?)null, PutUploads.Safe)));
        Assert.That(() => monitor.Signer.At(TimeProvider.System.GetUtcNow()), Throws.Nothing);
    }

    [Test]
    public async Task Findings_expire_during_a_long_outage()
    {
        var store = new StubStore();
        await using var monitor = await Monitored.StartAsync(store);

        store.Instead = _ => (503, "");
        await monitor.NextAsync();
        monitor.Time.Advance(StoreMonitor.MaxFindingAge);
        await monitor.NextAsync();

        Assert.That(monitor.Findings.Capabilities.PutUploads, Is.EqualTo(PutUploads.Unknown));
    }

    [Test]
    public async Task Change_between_safe_and_unsafe_is_found_at_the_next_check()
    {
        var store = new StubStore();
        await using var monitor = await Monitored.StartAsync(store);
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.Nothing);

        store.FoldsUnderscores = true;
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Capabilities.PutUploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(
            () => monitor.Guard.BarredHeaders(),
            Throws.TypeOf<RefusedException>().With.Message.Contains("read other miners' files"));

        store.FoldsUnderscores = false;
        await monitor.NextAsync();
        Assert.That((monitor.Findings.Capabilities.PutUploads, monitor.Findings.PutProblem), Is.EqualTo((PutUploads.Safe, (string?)null)));
    }

    [Test]
    public async Task Unreachable_public_endpoint_is_reported_and_stops_only_uploads_by_put()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore(), Nowhere);

        Assert.That(
            (monitor.Findings.PublicEndpointOk, monitor.Findings.Refusal, monitor.Findings.Capabilities.PutUploads),
            Is.EqualTo(((bool?)false, (string?)null, PutUploads.Unknown)));
        Assert.That(monitor.Findings.PutProblem, Does.Contain(Nowhere.Authority).And.Contain("S3_PUBLIC_ENDPOINT"));
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.TypeOf<RefusedException>().With.Property("RetryAfter").Not.Null);
        Assert.That(monitor.Store.Asked, Is.Not.Empty.And.None.StartsWith("PUT "), "No PUT is tested where no client sends one.");
        Assert.That(
            monitor.Findings.PublicEndpointProblem,
            Does.Contain(Nowhere.Authority).And.Contain("S3_PUBLIC_ENDPOINT").And.Contain("refuses the connection"));
        Assert.That(monitor.Log.Text, Does.Contain(monitor.Findings.PublicEndpointProblem!));
        Assert.That(() => monitor.Signer.At(TimeProvider.System.GetUtcNow()), Throws.Nothing);
    }

    [Test]
    public async Task Public_endpoint_that_refuses_the_signature_is_reported()
    {
        await using var front =
            await new StubStore { Instead = _ => (403, StubStore.Error("SignatureDoesNotMatch", SignatureDoesNotMatch)) }.StartAsync();
        await using var monitor = await Monitored.StartAsync(new StubStore(), front.Url);

        Assert.That((monitor.Findings.PublicEndpointOk, monitor.Findings.Refusal), Is.EqualTo(((bool?)false, (string?)null)));
        Assert.That(monitor.Findings.PublicEndpointProblem, Does.Contain("SignatureDoesNotMatch").And.Contain("Host"));
    }

    [Test]
    public async Task Put_is_tested_at_the_public_endpoint()
    {
        // The store treats underscores as hyphens and the proxy in front of it drops them, and vice versa.
        await using var front = await new StubStore().StartAsync();
        await using var behind = await Monitored.StartAsync(new StubStore { FoldsUnderscores = true }, front.Url);
        await using var worse = await new StubStore { FoldsUnderscores = true }.StartAsync();
        await using var safe = await Monitored.StartAsync(new StubStore(), worse.Url);

        Assert.That(
            (behind.Findings.Capabilities.PutUploads, behind.Findings.PublicEndpointOk),
            Is.EqualTo((PutUploads.Safe, (bool?)true)));
        Assert.That(safe.Findings.Capabilities.PutUploads, Is.EqualTo(PutUploads.Unsafe));
    }

    [TestCase(true, PutUploads.Unsafe)]
    [TestCase(false, PutUploads.Safe)]
    public async Task Put_finding_stays_valid_for_a_while_when_the_public_endpoint_is_down(bool isUnsafe, PutUploads expected)
    {
        // The store itself would give the opposite result.
        await using var front = await new StubStore { FoldsUnderscores = isUnsafe }.StartAsync();
        await using var monitor = await Monitored.StartAsync(new StubStore { FoldsUnderscores = !isUnsafe }, front.Url);

        front.Instead = _ => (503, "");
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Capabilities.PutUploads, Is.EqualTo(expected));

        monitor.Time.Advance(StoreMonitor.MaxFindingAge);
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Capabilities.PutUploads, Is.EqualTo(PutUploads.Unknown));
    }

    [Test]
    public async Task Answer_in_an_unknown_charset_is_read_as_utf8()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore
        {
            Instead = context =>
            {
                context.Response.ContentType = "application/xml; charset=bogus";
                return null;
            },
        });

        Assert.That(
            (monitor.Findings.Refusal, monitor.Findings.Capabilities.PutUploads, monitor.Findings.CheckProblem),
            Is.EqualTo(((string?)null, PutUploads.Safe, (string?)null)));
    }

    [Test]
    public async Task Failed_check_is_reported_and_does_not_prolong_earlier_findings()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore());
        Assert.That(
            (monitor.Findings.Capabilities.PutUploads, monitor.Findings.CheckProblem),
            Is.EqualTo((PutUploads.Safe, (string?)null)));

        monitor.Surveys.Fails = true;
        await monitor.UntilAsync(() => monitor.Findings.CheckProblem is not null);
        Assert.That(monitor.Findings.Capabilities.PutUploads, Is.EqualTo(PutUploads.Safe));

        monitor.Time.Advance(StoreMonitor.MaxFindingAge);
        await monitor.UntilAsync(() => monitor.Findings.Capabilities.PutUploads == PutUploads.Unknown);
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.TypeOf<RefusedException>());

        monitor.Surveys.Fails = false;
        await monitor.NextAsync();
        Assert.That(
            (monitor.Findings.Capabilities.PutUploads, monitor.Findings.CheckProblem),
            Is.EqualTo((PutUploads.Safe, (string?)null)));
    }

    [TestCase("a refusal")]
    [TestCase("no access for clients")]
    [TestCase("refused forms")]
    [TestCase("no conclusive answer about PUTs")]
    public async Task Check_is_repeated_at_growing_intervals_while_something_is_wrong(string what)
    {
        var store = new StubStore { ForbiddenPrefix = what == "no conclusive answer about PUTs" ? "data/x/" : null };
        store.Instead = _ => what == "a refusal" ? (403, StubStore.Error("SignatureDoesNotMatch")) : null;
        store.ToForms = what == "refused forms" ? (403, StubStore.Error("AccessDenied")) : store.ToForms;
        await using var monitor = await Monitored.StartAsync(
            store,
            what == "no access for clients" ? Nowhere : null,
            what == "no conclusive answer about PUTs" ? UploadMethod.Put : UploadMethod.Post);

        // The minimum is waited for first, and the rest of 10, 20, 40, 60 and 60 s after it.
        await monitor.UntilAsync(() => monitor.Time.Delays.Count >= 12);
        Assert.That(monitor.Time.Delays.Take(12), Is.EqualTo(Seconds(5, 5, 5, 5, 5, 15, 5, 35, 5, 55, 5, 55)));
    }

    [Test]
    public async Task Check_is_repeated_soon_after_a_finding_that_a_second_check_must_confirm()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore(), method: null);

        monitor.Store.ToForms = (501, "");
        await monitor.UntilAsync(() => monitor.Time.Delays.Count >= 6);

        Assert.That(monitor.Findings.UploadMethod, Is.EqualTo(UploadMethod.Put));
        Assert.That(monitor.Time.Delays.Take(6), Is.EqualTo(Seconds(5, 5, 175, 5, 5, 175)));
    }

    [Test]
    public async Task Report_is_requested_once_when_the_store_works_for_the_first_time()
    {
        // No finding changes when this store begins to work.
        var store = new StubStore { ToForms = (503, ""), Instead = _ => (503, "") };
        await using var monitor = await Monitored.StartAsync(store, method: UploadMethod.Post);
        Assert.That(await monitor.TakesReportRequestAsync(TimeSpan.FromMilliseconds(200)), Is.False);

        store.Instead = _ => null;
        await monitor.NextAsync();
        Assert.That(await monitor.TakesReportRequestAsync(), Is.True);

        await monitor.NextAsync();
        Assert.That(await monitor.TakesReportRequestAsync(TimeSpan.FromMilliseconds(200)), Is.False);
    }

    [TestCase("the first check")]
    [TestCase("a refusal that ends")]
    [TestCase("an address of clients that fails")]
    [TestCase("forms that are lost")]
    public async Task Report_is_requested_after_a_change(string what)
    {
        await using var publicStore = await new StubStore().StartAsync();
        var store = new StubStore { ToForms = (503, "") };
        await using var monitor = await Monitored.StartAsync(
            store, what == "an address of clients that fails" ? publicStore.Url : null, UploadMethod.Post);
        if (what == "the first check")
        {
            Assert.That(await monitor.TakesReportRequestAsync(), Is.True);
            return;
        }

        store.ToForms = publicStore.ToForms;
        await monitor.NextAsync();
        Assert.That(await monitor.TakesReportRequestAsync(), Is.True);

        switch (what)
        {
            case "a refusal that ends":
                store.Instead = _ => (403, StubStore.Error("SignatureDoesNotMatch"));
                await monitor.UntilAsync(() => monitor.Findings.Refusal is not null);
                store.Instead = _ => null;
                break;
            case "an address of clients that fails":
                publicStore.Instead = _ => (403, StubStore.Error("SignatureDoesNotMatch"));
                break;
            default:
                store.ToForms = (501, "");
                await monitor.NextAsync();
                break;
        }

        await monitor.NextAsync();
        Assert.That(await monitor.TakesReportRequestAsync(), Is.True);
    }

    [Test]
    public async Task Refusal_stays_during_an_outage_until_it_is_too_old()
    {
        var store = new StubStore { Instead = _ => (403, StubStore.Error("SignatureDoesNotMatch")) };
        await using var monitor = await Monitored.StartAsync(store);

        store.Instead = _ => (503, "");
        await monitor.NextAsync();

        Assert.That(monitor.Findings.Refusal, Is.Not.Null);

        monitor.Time.Advance(StoreMonitor.MaxFindingAge);
        await monitor.NextAsync();
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Refusal, Is.Null);
    }

    [Test]
    public async Task Refusal_that_is_too_old_ends_although_the_check_fails()
    {
        var store = new StubStore { Instead = _ => (403, StubStore.Error("SignatureDoesNotMatch")) };
        await using var monitor = await Monitored.StartAsync(store);
        Assert.That(monitor.Findings.Refusal, Is.Not.Null);

        monitor.Surveys.Fails = true;
        monitor.Time.Advance(StoreMonitor.MaxFindingAge);
        await monitor.UntilAsync(() => monitor.Findings.Refusal is null);

        Assert.That(monitor.Findings.CheckProblem, Is.Not.Null);
    }

    [Test]
    public async Task Grant_of_PUTs_is_logged_once()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore());
        await monitor.NextAsync();
        await monitor.NextAsync();

        Assert.That(monitor.Log.Text.Split("Uploads by PUT are granted"), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Two_losses_of_forms_that_are_not_in_a_row_do_not_count()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore(), method: null);
        var supported = monitor.Store.ToForms;

        foreach (var answer in new[] { (501, ""), supported, (501, "") })
        {
            monitor.Store.ToForms = answer;
            await monitor.NextAsync();
            Assert.That(monitor.Findings.UploadMethod, Is.EqualTo(UploadMethod.Post));
        }
    }

    [Test]
    public async Task Puts_are_tested_although_the_answer_about_forms_is_not_conclusive_any_more()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore { ToForms = (501, "") }, method: null);
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.Nothing);

        (monitor.Store.ToForms, monitor.Store.FoldsUnderscores) = ((503, ""), true);
        await monitor.NextAsync();

        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.TypeOf<RefusedException>());
    }

    [Test]
    public async Task CheckSoon_starts_a_check_soon()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore());
        var before = monitor.Findings.CheckedAt;

        monitor.State.CheckSoon();

        await monitor.Time.AdvanceUntilAsync(
            () => monitor.Findings.CheckedAt != before, TimeSpan.FromMilliseconds(500), atMost: StoreMonitor.Interval / 2);
    }

    [TestCase(false, PutUploads.Safe)]
    [TestCase(true, PutUploads.Unsafe)]
    public async Task Put_is_tested_for_uploads_by_form_too_and_is_no_problem_there(bool foldsUnderscores, PutUploads expected)
    {
        await using var monitor =
            await Monitored.StartAsync(new StubStore { FoldsUnderscores = foldsUnderscores }, method: UploadMethod.Post);

        Assert.That(
            (monitor.Findings.Capabilities.PutUploads, monitor.Findings.Capabilities.PartUploads),
            Is.EqualTo((expected, expected)));
        Assert.That((monitor.Findings.FormProblem, monitor.Findings.PutProblem), Is.EqualTo(((string?)null, (string?)null)));
        await monitor.UntilAsync(() => monitor.Time.Delays.Count >= 3);
        Assert.That(monitor.Time.Delays.Take(3), Is.EqualTo(Seconds(5, 5, 175)), "Nothing is wrong.");
    }

    [Test]
    public async Task Put_that_stays_unclear_is_not_tested_more_often_while_uploads_are_by_form()
    {
        await using var monitor =
            await Monitored.StartAsync(new StubStore { ForbiddenPrefix = "data/x/.s3auth-put-probe/" }, method: UploadMethod.Post);

        await monitor.UntilAsync(() => monitor.Time.Delays.Count >= 3);
        Assert.That(monitor.Findings.Capabilities.PutUploads, Is.EqualTo(PutUploads.Unknown));
        Assert.That(monitor.Time.Delays.Take(3), Is.EqualTo(Seconds(5, 5, 175)));
    }

    [Test]
    public async Task Finding_about_parts_stays_valid_for_a_while_when_the_store_opens_no_upload()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore());
        Assert.That(() => monitor.Guard.BarredPartHeaders(), Throws.Nothing);

        monitor.Store.Instead = context =>
            context.Request.Query.ContainsKey("uploads") ? (503, StubStore.Error("SlowDown")) : null;
        await monitor.NextAsync();
        Assert.That(monitor.Findings.Capabilities.PartUploads, Is.EqualTo(PutUploads.Safe));

        await monitor.UntilAsync(() => monitor.Findings.Capabilities.PartUploads == PutUploads.Unknown);
        Assert.That(() => monitor.Guard.BarredPartHeaders(), Throws.TypeOf<RefusedException>().With.Message.Contains("multipart uploads"));
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.Nothing, "Objects have a finding of their own.");
    }

    [Test]
    public async Task Parts_of_a_store_that_turns_unsafe_are_not_signed_any_more()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore());

        monitor.Store.HonoursUnsignedAtParts = true;
        await monitor.NextAsync();

        Assert.That(monitor.Findings.Capabilities.PartUploads, Is.EqualTo(PutUploads.Unsafe));
        Assert.That(
            () => monitor.Guard.BarredPartHeaders(),
            Throws.TypeOf<RefusedException>().With.Message.Contains("grants no multipart uploads"));
    }

    [Test]
    public async Task Auto_uses_forms_if_the_store_supports_them()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore(), method: null);

        Assert.That(monitor.Findings.UploadMethod, Is.EqualTo(UploadMethod.Post));
        Assert.That(() => SignForm(monitor), Throws.Nothing);
    }

    [TestCase(412, "Bad URL")]
    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>")]
    [TestCase(405, "<html>Method Not Allowed</html>")]
    [TestCase(204, "")]
    public async Task Auto_uses_put_if_the_store_does_not_support_forms(int status, string body)
    {
        await using var monitor = await Monitored.StartAsync(new StubStore { ToForms = (status, body) }, method: null);

        Assert.That(
            (monitor.Findings.UploadMethod, monitor.Findings.FormProblem, monitor.Findings.PutProblem),
            Is.EqualTo((UploadMethod.Put, (string?)null, (string?)null)));
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.Nothing);
        Assert.That(() => SignForm(monitor), Throws.TypeOf<RefusedException>().With.Message.Contains("does not support them"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Forms_whose_key_the_store_does_not_enforce_are_not_granted(bool checksSizesFirst)
    {
        await using var monitor = await Monitored.StartAsync(
            new StubStore { IgnoresKeysOfForms = true, ChecksSizesOfFormsFirst = checksSizesFirst }, method: UploadMethod.Post);

        Assert.That(monitor.Findings.FormProblem, Does.Contain("under a key that the upload form does not allow"));
        Assert.That(() => SignForm(monitor), Throws.TypeOf<RefusedException>());
    }

    [Test]
    public async Task Forms_are_granted_if_the_store_checks_the_size_of_a_file_before_its_key()
    {
        await using var monitor = await Monitored.StartAsync(
            new StubStore { ChecksSizesOfFormsFirst = true }, method: UploadMethod.Post);

        Assert.That(monitor.Findings.FormProblem, Is.Null);
        Assert.That(monitor.Store.Stored, Is.Empty);
        Assert.That(() => SignForm(monitor), Throws.Nothing);
    }

    [Test]
    public async Task Auto_grants_nothing_and_says_why_if_neither_way_is_safe()
    {
        await using var monitor = await Monitored.StartAsync(
            new StubStore { ToForms = (412, "Bad URL"), FoldsUnderscores = true }, method: null);

        Assert.That(monitor.Findings.UploadMethod, Is.EqualTo(UploadMethod.Put));
        Assert.That(monitor.Findings.Capabilities.HeaderGuard, Is.Null);
        Assert.That(monitor.Findings.PutProblem, Does.Contain("x_amz_copy_source").And.Contain("clients cannot upload at all"));
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.TypeOf<RefusedException>());
        Assert.That(() => SignForm(monitor), Throws.TypeOf<RefusedException>());
    }

    [TestCase(null, S3Addressing.Virtual)]
    [TestCase(S3Addressing.Path, S3Addressing.Path)]
    public async Task Auto_addressing_uses_the_host_if_the_store_requires_it(
        S3Addressing? addressing, S3Addressing used)
    {
        var store = new StubStore
        {
            Instead = context => context.Request.Host.Host.StartsWith(StubStore.Bucket, StringComparison.Ordinal)
                ? null
                : (403, StubStore.Error("SecondLevelDomainForbidden")),
        };
        await using var monitor = await Monitored.StartAsync(
            store, method: UploadMethod.Post, change: options => OfName(options, addressing));

        Assert.That(monitor.Endpoints.Current.Addressing, Is.EqualTo(used));
        Assert.That(monitor.Findings.Capabilities.Addressing, Is.EqualTo(used));
        Assert.That(monitor.Findings.Refusal, used == S3Addressing.Virtual ? Is.Null : Does.Contain("SecondLevelDomainForbidden"));
        if (used == S3Addressing.Virtual)
        {
            Assert.That(SignForm(monitor).Url, Does.StartWith($"http://{StubStore.Bucket}.store.localhost:"));
        }
    }

    [Test]
    public async Task Auto_addressing_does_not_try_the_host_if_the_path_works()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore(), change: options => OfName(options, addressing: null));

        Assert.That(monitor.Endpoints.Current.Addressing, Is.EqualTo(S3Addressing.Path));
        Assert.That(monitor.Store.Asked, Has.None.Contain(StubStore.Bucket + ".store.localhost"));
    }

    [TestCase(503, "")]
    [TestCase(403, "AccessDenied")]
    public async Task Auto_addressing_keeps_the_path_when_a_store_that_worked_refuses(int status, string code)
    {
        var store = new StubStore();
        await using var monitor = await Monitored.StartAsync(store, change: options => OfName(options, addressing: null));

        store.Instead = context => IsByHost(context) ? null : (status, StubStore.Error(code));
        await monitor.NextAsync();
        await monitor.NextAsync();

        Assert.That(monitor.Endpoints.Current.Addressing, Is.EqualTo(S3Addressing.Path));
    }

    [TestCase(true, false, S3Addressing.Path)]
    [TestCase(true, true, S3Addressing.Virtual)]
    [TestCase(false, false, S3Addressing.Virtual)]
    public async Task Auto_addressing_keeps_the_path_if_clients_reach_only_that(
        bool isClientsPathGood, bool isClientsHostGood, S3Addressing used)
    {
        var store = new StubStore
        {
            Instead = context => (context.Request.Host.Host.EndsWith("store.localhost", StringComparison.Ordinal), IsByHost(context)) switch
            {
                (true, true) => null,
                (false, false) when isClientsPathGood => null,
                (false, true) when isClientsHostGood => null,
                _ => (403, StubStore.Error("AccessDenied")),
            },
        };
        await using var monitor = await Monitored.StartAsync(
            store,
            change: options => OfName(options, addressing: null, new UriBuilder(options.Endpoint!) { Host = "public.localhost" }.Uri));

        Assert.That(monitor.Endpoints.Current.Addressing, Is.EqualTo(used));
    }

    [Test]
    public async Task Auto_addressing_keeps_the_path_if_the_store_refuses_both()
    {
        var store = new StubStore { Instead = _ => (403, StubStore.Error("SignatureDoesNotMatch")) };
        await using var monitor = await Monitored.StartAsync(store, change: options => OfName(options, addressing: null));

        Assert.That(monitor.Endpoints.Current.Addressing, Is.EqualTo(S3Addressing.Path));
        Assert.That(monitor.Findings.Refusal, Does.Contain("AWS_SECRET_ACCESS_KEY"));
    }

    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>")]
    [TestCase(503, "")]
    [TestCase(400, "<html>Bad Request</html>")]
    [TestCase(0, "", Description = "The connection is closed.")]
    public async Task Auto_keeps_the_method_while_the_answer_to_a_form_is_not_conclusive(int status, string body)
    {
        await using var forms = await Monitored.StartAsync(new StubStore(), method: null);
        await using var puts = await Monitored.StartAsync(new StubStore { ToForms = (501, "") }, method: null);

        forms.Store.Instead = puts.Store.Instead = context =>
        {
            if (context.Request.Method == "POST" && status == 0)
            {
                context.Abort();
            }

            return context.Request.Method == "POST" ? (Math.Max(status, 200), body) : null;
        };
        await forms.NextAsync();
        await forms.NextAsync();
        await puts.NextAsync();
        await puts.NextAsync();

        Assert.That((forms.Findings.UploadMethod, puts.Findings.UploadMethod), Is.EqualTo((UploadMethod.Post, UploadMethod.Put)));
    }

    [Test]
    public async Task Loss_of_forms_counts_only_if_a_second_check_confirms_it()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore(), method: null);

        monitor.Store.ToForms = (501, "");
        await monitor.NextAsync();
        Assert.That(monitor.Findings.UploadMethod, Is.EqualTo(UploadMethod.Post));
        Assert.That(() => SignForm(monitor), Throws.Nothing);
        await monitor.NextAsync();
        Assert.That(monitor.Findings.UploadMethod, Is.EqualTo(UploadMethod.Put));
        Assert.That(() => SignForm(monitor), Throws.TypeOf<RefusedException>());
    }

    [Test]
    public async Task Configured_put_advises_auto_if_only_forms_are_safe()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore { FoldsUnderscores = true });

        Assert.That(monitor.Findings.PutProblem, Does.Contain("UPLOAD_METHOD=auto"));
    }

    [Test]
    public async Task Configured_post_at_a_store_without_forms_grants_none()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore { ToForms = (501, "") }, method: UploadMethod.Post);

        Assert.That(monitor.Findings.UploadMethod, Is.EqualTo(UploadMethod.Post));
        Assert.That(() => SignForm(monitor), Throws.TypeOf<RefusedException>().With.Message.Contains("/healthcheck"));
    }

    [TestCase(412, "Bad URL", "UPLOAD_METHOD=auto")]
    [TestCase(501, "<Error><Code>NotImplemented</Code></Error>", "UPLOAD_METHOD=auto")]
    [TestCase(403, "<Error><Code>AccessDenied</Code></Error>", "s3:PutObject")]
    [TestCase(204, "", "smaller than the upload form allows")]
    public async Task Store_without_upload_forms_is_reported(int status, string body, string advice)
    {
        await using var monitor = await Monitored.StartAsync(new StubStore { ToForms = (status, body) }, method: UploadMethod.Post);

        Assert.That(monitor.Findings.FormProblem, Does.Contain(advice));
        Assert.That(monitor.Log.Text, Does.Contain(monitor.Findings.FormProblem!));

        monitor.Store.ToForms = (503, "");
        await monitor.NextAsync();
        Assert.That(monitor.Findings.FormProblem, Does.Contain(advice), "An outage changes nothing.");

        monitor.Store.ToForms = (400, StubStore.Error("EntityTooSmall"));
        await monitor.NextAsync();
        Assert.That(monitor.Findings.FormProblem, Is.Null);
    }

    [Test]
    public async Task Forms_that_are_refused_once_at_the_start_are_tested_again_soon()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore { ToForms = (403, "<html>") }, method: UploadMethod.Post);
        Assert.That(() => SignForm(monitor), Throws.TypeOf<RefusedException>());

        monitor.Store.ToForms = (400, StubStore.Error("EntityTooSmall"));
        await monitor.UntilAsync(() => monitor.Time.Delays.Count >= 4);

        Assert.That(monitor.Time.Delays.Take(4), Is.EqualTo(Seconds(5, 5, 5, 175)), "Tested again after 5 s, then as usual.");
        Assert.That(() => SignForm(monitor), Throws.Nothing);
    }

    [Test]
    public async Task Store_that_does_not_answer_is_logged_once_with_the_setting_and_again_when_it_answers()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore { Instead = _ => (503, "") });
        await monitor.NextAsync();
        monitor.Store.Instead = _ => (500, "<html>");
        await monitor.NextAsync();

        Assert.That(monitor.Log.Text.Split(" does not answer: "), Has.Length.EqualTo(2), monitor.Log.Text);
        Assert.That(monitor.Log.Text, Does.Contain("Correct S3_ENDPOINT"));
        Assert.That(monitor.Findings.Refusal, Is.Null);

        monitor.Store.Instead = _ => null;
        await monitor.NextAsync();
        Assert.That(monitor.Log.Text, Does.Contain("Resolved: The object store at "));
    }

    [Test]
    public async Task Nothing_is_tested_without_credentials()
    {
        await using var monitor = await Monitored.StartAsync(new StubStore(), keys: new CredentialSource());

        Assert.That(monitor.Store.Asked, Is.Empty);
        Assert.That(monitor.Findings.Capabilities.PutUploads, Is.EqualTo(PutUploads.Unknown));
        Assert.That(() => monitor.Guard.BarredHeaders(), Throws.TypeOf<RefusedException>());
    }

    [Test]
    public async Task Bucket_stays_in_the_path_if_the_answer_cannot_be_read()
    {
        var store = new StubStore
        {
            Instead = context => IsByHost(context) ? null : (200, new string(' ', ProbeClient.MaxAnswerBytes + 1)),
        };
        await using var monitor = await Monitored.StartAsync(store, change: options => OfName(options, addressing: null));

        Assert.That(monitor.Endpoints.Current.Addressing, Is.EqualTo(S3Addressing.Path));
    }

    [Test]
    public async Task Forms_are_tested_where_clients_send_them_or_else_at_the_store()
    {
        await using var publicStore = await new StubStore { ToForms = (501, "") }.StartAsync();
        await using var clients = await Monitored.StartAsync(new StubStore(), publicStore.Url, method: null);
        await using var server = await Monitored.StartAsync(new StubStore(), Nowhere, method: null);

        Assert.That(
            (clients.Findings.Capabilities.PostForms, server.Findings.Capabilities.PostForms), Is.EqualTo(((bool?)false, (bool?)true)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Form_without_a_readable_answer_says_nothing(bool isAnswered)
    {
        var store = new StubStore();
        store.Instead = context =>
        {
            if (context.Request.Method != "POST")
            {
                return null;
            }

            if (!isAnswered)
            {
                context.RequestAborted.WaitHandle.WaitOne();
            }

            return (200, new string(' ', ProbeClient.MaxAnswerBytes + 1));
        };
        await using var monitor = await Monitored.StartAsync(store, change: options => options with
        {
            Usage = new StoreUsage { UploadMethod = UploadMethod.Put, RequestTimeout = TimeSpan.FromSeconds(isAnswered ? 30 : 5) },
        });

        // On a busy machine, the short timeout may end other requests too.
        await monitor.Time.AdvanceUntilAsync(
            () => monitor.Findings.Capabilities.PutUploads == PutUploads.Safe, StoreMonitor.Retry, atMost: TimeSpan.FromMinutes(2));

        Assert.That(
            (monitor.Findings.CheckProblem, monitor.Findings.Capabilities.PostForms, monitor.Findings.Capabilities.PutUploads),
            Is.EqualTo(((string?)null, (bool?)null, PutUploads.Safe)));
    }

    private static IEnumerable<TimeSpan> Seconds(params int[] seconds) => seconds.Select(one => TimeSpan.FromSeconds(one));

    private static bool IsByHost(HttpContext context) => context.Request.Host.Host.StartsWith(StubStore.Bucket, StringComparison.Ordinal);

    // The store's address with a host name, so that the bucket's name can be in the host.
    private static StorageOptions OfName(StorageOptions options, S3Addressing? addressing, Uri? publicEndpoint = null) => options with
    {
        PublicEndpoint = publicEndpoint,
        Endpoint = new UriBuilder(options.Endpoint!) { Host = "store.localhost" }.Uri,
        Addressing = addressing,
    };

    private static PostUpload SignForm(Monitored monitor)
    {
        var now = monitor.Time.GetUtcNow();
        return monitor.Signer.At(now).SignPost(new UploadPolicy(new Folder("data/x/5F/", null), FileSizeLimits.Default), now.AddHours(1));
    }

    private sealed class Monitored : IAsyncDisposable
    {
        private readonly ILoggerFactory _loggers;
        private readonly StoreMonitor _monitor;

        private Monitored(StubStore store, StorageOptions options, CredentialSource keys)
        {
            Store = store;
            Guard = new PutGuard(Time);
            _loggers = LoggerFactory.Create(logging => logging.AddProvider(Log));
            Endpoints = new StoreEndpoints(options);
            Surveys = new FailingClock(Time);
            var surveyor = new StoreSurveyor(options, Endpoints, PutProbeTests.Layout, Surveys, _loggers.CreateLogger<StoreSurveyor>());
            _monitor = new StoreMonitor(
                options, Endpoints, surveyor, keys, Guard, State, Time, _loggers.CreateLogger<StoreMonitor>());
            Signer = new S3UrlSigner(Endpoints, keys, Guard, State);
        }

        public StubStore Store { get; }

        public RecordingTime Time { get; } = new(TimeProvider.System.GetUtcNow());

        /// <summary>The clock of the checks.</summary>
        public FailingClock Surveys { get; }

        public PutGuard Guard { get; }

        public StoreState State { get; } = new();

        public StoreFindings Findings => State.Current;

        public StoreEndpoints Endpoints { get; }

        public S3UrlSigner Signer { get; }

        public Log Log { get; } = new();

        public static async Task<Monitored> StartAsync(
            StubStore store,
            Uri? publicEndpoint = null,
            UploadMethod? method = UploadMethod.Put,
            CredentialSource? keys = null,
            Func<StorageOptions, StorageOptions>? change = null)
        {
            await store.StartAsync();
            var options = PutProbeTests.Options(store, publicEndpoint, method);
            var monitored = new Monitored(
                store,
                change is null ? options : change(options),
                keys ?? new CredentialSource(StubStore.Keys));
            await monitored._monitor.StartAsync(CancellationToken.None);
            return monitored;
        }

        /// <summary>Advances the time until the next check has ended.</summary>
        public async Task NextAsync()
        {
            var before = Findings.CheckedAt;
            await UntilAsync(() => Findings.CheckedAt != before);

            // The findings are set before they are logged.
            await Wait.UntilAsync(() => Time.HasWaitingTask, "The check does not end.");
        }

        /// <summary>Returns whether a report is requested, and forgets the request.</summary>
        public async Task<bool> TakesReportRequestAsync(TimeSpan? patience = null)
        {
            using var cancel = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(30));
            try
            {
                await State.WaitForReportRequestAsync(Timeout.InfiniteTimeSpan, Time, cancel.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        /// <summary>Advances the time until the condition holds.</summary>
        public Task UntilAsync(Func<bool> holds) => Time.AdvanceUntilAsync(holds, StoreMonitor.Retry, atMost: TimeSpan.FromDays(1));

        public async ValueTask DisposeAsync()
        {
            await _monitor.StopAsync(CancellationToken.None);
            _monitor.Dispose();
            _loggers.Dispose();
            await Store.DisposeAsync();
        }
    }

    /// <summary>A clock that records how long the monitor waits. The first entry is the wait for the start.</summary>
    private sealed class RecordingTime(DateTimeOffset now) : TestTime(now)
    {
        public ConcurrentQueue<TimeSpan> Delays { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Delays.Enqueue(dueTime);
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>A clock that can make a check throw, because every check reads it.</summary>
    private sealed class FailingClock(TimeProvider clock) : TimeProvider
    {
        public bool Fails { get; set; }

        public override DateTimeOffset GetUtcNow() => Fails ? throw new InvalidOperationException("A bug.") : clock.GetUtcNow();
    }
}
