using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application.Tests;

/// <summary>What anyone may know of the service and of a hotkey.</summary>
public sealed class StatusTests
{
    private Subnet _subnet = null!;

    [SetUp]
    public void SetUp()
    {
        _subnet = new Subnet();
        _subnet.Store.Setup(port => port.PingAsync(It.IsAny<CancellationToken>())).ReturnsAsync(TimeSpan.FromMilliseconds(3));
    }

    [TearDown]
    public void TearDown() => _subnet.Dispose();

    [Test]
    public async Task Hotkey_is_told_as_the_chain_has_it_and_as_the_rules_judge_it()
    {
        var validator = await _subnet.SendAsync(new GetHotkeyQuery(Subnet.Alice));
        var miner = await _subnet.SendAsync(new GetHotkeyQuery(Subnet.Bob));
        var withoutStake = await _subnet.SendAsync(new GetHotkeyQuery(Subnet.Eve));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(validator, Is.EqualTo(new HotkeyStatus
            {
                Hotkey = Subnet.Alice,
                Registered = true,
                Uid = 0,
                Coldkey = Subnet.Charlie,
                ValidatorPermit = true,
                AlphaStake = 30_000,
                IsMiner = true,
                IsValidator = true,
                IsDenied = false,
                MayUpload = true,
                MayRead = true,
                Block = 7,
            }));
            Assert.That((miner.Uid, miner.Coldkey, miner.IsMiner, miner.IsValidator), Is.EqualTo(((ushort?)1, Subnet.Dave, true, false)));
            Assert.That(
                (withoutStake.ValidatorPermit, withoutStake.AlphaStake, withoutStake.IsValidator), Is.EqualTo((true, 20_000m, false)),
                "a permit alone, and not more than the minimum");
        }
    }

    [Test]
    public async Task Hotkey_is_told_what_the_operators_rules_change_and_why()
    {
        var until = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.FromHours(1));
        _subnet.Exceptions = new AccessRules(
            [new AccessDenial(Subnet.Dave, IsOfColdkey: true, "uploads copies", until)],
            [new ReaderRule(Subnet.Eve, Until: null)],
            [new UploaderRule(Subnet.Charlie, Subnet.Alice, until)]);

        var denied = await _subnet.SendAsync(new GetHotkeyQuery(Subnet.Bob));
        var reader = await _subnet.SendAsync(new GetHotkeyQuery(Subnet.Eve));
        var uploader = await _subnet.SendAsync(new GetHotkeyQuery(Subnet.Charlie));
        var owned = await _subnet.SendAsync(new GetColdkeyQuery(Subnet.Dave));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((denied.IsDenied, denied.MayUpload, denied.MayRead), Is.EqualTo((true, false, false)));
            Assert.That(
                denied.UploadProblem,
                Is.EqualTo(
                    $"The operator of this server denies access to the coldkey {Subnet.Dave} until 2026-12-31T23:00:00+00:00, for this "
                    + "reason: uploads copies."));
            Assert.That(denied.ReadProblem, Is.EqualTo(denied.UploadProblem));
            Assert.That((reader.MayUpload, reader.MayRead, reader.IsValidator), Is.EqualTo((true, true, false)));
            Assert.That((uploader.Registered, uploader.MayUpload, uploader.Coldkey), Is.EqualTo((false, true, (AccountId?)Subnet.Alice)));
            Assert.That(uploader.IsMiner, Is.False);
            Assert.That((uploader.MayRead, uploader.ReadProblem), Is.EqualTo((false, NotRegistered(Subnet.Charlie))));
            Assert.That(owned.First, Is.EqualTo(new[] { new OwnedHotkey(Subnet.Bob, 1, MayUpload: false, MayRead: false) }));
        }
    }

    [Test]
    public async Task Hotkey_that_is_not_registered_may_nothing_and_makes_nobody_read_the_chain()
    {
        var unknown = await _subnet.SendAsync(new GetHotkeyQuery(Subnet.Dave));

        Assert.That(unknown, Is.EqualTo(new HotkeyStatus
        {
            Hotkey = Subnet.Dave,
            Registered = false,
            Uid = null,
            Coldkey = null,
            ValidatorPermit = false,
            AlphaStake = 0,
            IsMiner = false,
            IsValidator = false,
            IsDenied = false,
            MayUpload = false,
            UploadProblem = NotRegistered(Subnet.Dave),
            MayRead = false,
            ReadProblem = NotRegistered(Subnet.Dave),
            Block = 7,
        }));
        _subnet.Metagraph.Verify(port => port.RefreshSoon(), Times.Never);
    }

    [Test]
    public async Task Hotkey_is_not_called_unregistered_by_who_cannot_know()
    {
        _subnet.Metagraph.SetupGet(port => port.Current).Returns((Metagraph?)null);

        var refused = await _subnet.RefuseAsync(new GetHotkeyQuery(Subnet.Bob));

        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.ChainUnavailable, TimeSpan.FromSeconds(15))));
    }

    [Test]
    public async Task Coldkey_is_answered_with_its_hotkeys_by_uid_and_a_bounded_number_of_them()
    {
        var neurons = Enumerable.Range(1, 30).Reverse().Select(uid => new Neuron(
            (ushort)uid,
            AccountOf(uid),
            uid == 1 ? Subnet.Dave : Subnet.Charlie,
            ValidatorPermit: uid == 2,
            AlphaAmount.FromAlpha(30_000),
            Active: true)).ToList();
        _subnet.Metagraph.SetupGet(port => port.Current).Returns(new Metagraph("static", 46, 7, _subnet.Time.GetUtcNow(), neurons));

        var owned = await _subnet.SendAsync(new GetColdkeyQuery(Subnet.Charlie));
        var none = await _subnet.SendAsync(new GetColdkeyQuery(Subnet.Eve));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(owned.Count, Is.EqualTo(29));
            Assert.That(owned.First.Select(one => (int)one.Uid), Is.EqualTo(Enumerable.Range(2, OwnedHotkeys.MaxShown)));
            Assert.That(owned.First[0], Is.EqualTo(new OwnedHotkey(AccountOf(2), 2, MayUpload: true, MayRead: true)));
            Assert.That(owned.First[1].MayRead, Is.False, "it has no permit");
            Assert.That((none.Count, none.First.Count), Is.EqualTo((0, 0)));
        }

        _subnet.Metagraph.Verify(port => port.RefreshSoon(), Times.Never);
    }

    [Test]
    public async Task Status_of_a_service_that_is_well_names_no_problem()
    {
        _subnet.Quota.Setup(port => port.CountAsync(It.IsAny<UtcDay>(), It.IsAny<CancellationToken>())).Returns(new ValueTask<long>(41));

        var status = await _subnet.SendAsync(new GetStatusQuery());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status.Problems, Is.Empty);
            Assert.That(status.CanSign, Is.True);
            Assert.That(status.Health.Status, Is.EqualTo("ok"));
            Assert.That((status.Validators, status.MinValidatorStake), Is.EqualTo((1, 20_000m)));
            Assert.That((status.RateLimits.UsedToday, status.RateLimits.RemainingToday), Is.EqualTo((41, 4959)));
            Assert.That(status.Version, Does.Match(@"\A[0-9]+\.[0-9]+\.[0-9]+\z"));
            Assert.That((status.Storage.FolderLayout, status.Storage.FolderStructure), Is.EqualTo(("coldkey", "data/{source}/{coldkey}/")));
        }
    }

    [Test]
    public async Task Status_names_every_problem_in_a_sentence()
    {
        _subnet.Metagraph.SetupGet(port => port.Current).Returns((Metagraph?)null);
        _subnet.Metagraph.Setup(port => port.Describe()).Returns(
            new MetagraphState(true, 7, 3, _subnet.Time.GetUtcNow().AddHours(-2), TimeSpan.FromHours(2), null, null));
        _subnet.Store.Setup(port => port.PingAsync(It.IsAny<CancellationToken>())).ThrowsAsync(RefusedException.StorageUnavailable());
        _subnet.SharedLimits.SetupGet(port => port.IsReachable).Returns(false);
        _subnet.Audit.SetupGet(port => port.IsWriting).Returns(false);
        _subnet.Signer.Unavailable = true;
        _subnet.Services().GetRequiredService<ServiceStop>().Begin();
        _subnet.Quota.Setup(port => port.CountAsync(It.IsAny<UtcDay>(), It.IsAny<CancellationToken>())).Returns(new ValueTask<long>(5000));

        var status = await _subnet.SendAsync(new GetStatusQuery());

        using (Assert.EnterMultipleScope())
        {
            var expected = new[] { "is stopping", "no credentials", "7200 s old", "object store does not answer", "Redis does not answer",
                "cannot write audit records", "All of today's grants" };
            Assert.That(status.Problems, Has.Count.EqualTo(expected.Length));
            foreach (var (problem, part) in status.Problems.Zip(expected))
            {
                Assert.That(problem, Does.Contain(part));
            }

            Assert.That(status.CanSign, Is.False);
            Assert.That(status.Validators, Is.Null, "nobody knows");
        }
    }

    [Test]
    public async Task Status_says_that_the_chain_has_not_answered_yet()
    {
        _subnet.Metagraph.SetupGet(port => port.Current).Returns((Metagraph?)null);
        _subnet.Metagraph.Setup(port => port.Describe()).Returns(new MetagraphState(true, null, 0, null, null, null, null));

        Assert.That((await _subnet.SendAsync(new GetStatusQuery())).Problems.Single(), Does.Contain("has not read the chain yet"));
    }

    [Test]
    public async Task Miners_with_data_are_counted_by_source_from_folders_alone()
    {
        Folders("data/x/", Subnet.Dave, Subnet.Charlie);
        Folders("data/reddit/", Subnet.Dave);

        var storage = (await _subnet.SendAsync(new GetStatusQuery())).Storage;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(storage.Miners, Is.EqualTo(2));
            Assert.That(storage.BySource, Is.EqualTo(new Dictionary<string, int>(StringComparer.Ordinal) { ["x"] = 2, ["reddit"] = 1 }));
            Assert.That(storage.CountedAt, Is.EqualTo(_subnet.Time.GetUtcNow()));
            Assert.That((storage.NewestUpload, storage.NewestUploadAgeSeconds), Is.EqualTo(((DateTimeOffset?)null, (long?)null)));
        }

        _subnet.Store.Verify(
            port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()),
            Times.Never);
    }

    [Test]
    public async Task Store_is_listed_once_a_minute_whoever_asks_for_the_status()
    {
        for (var i = 0; i < 20; i++)
        {
            await _subnet.SendAsync(new GetStatusQuery());

            // A listing that it began would be over before the next.
            await Task.Delay(5);
        }

        VerifyListed(Times.Once());
        _subnet.Time.Advance(StorageCount.MaxAge + TimeSpan.FromSeconds(1));
        await _subnet.SendAsync(new GetStatusQuery());
        await Wait.UntilAsync(
            () => _subnet.Store.Invocations.Count(call => call.Method.Name == nameof(IObjectStore.ListFoldersAsync)) >= 4);

        VerifyListed(Times.Exactly(2));
    }

    [Test]
    public async Task Slow_store_keeps_nobody_waiting_and_is_asked_once()
    {
        var answer = new TaskCompletionSource<FolderPage>();
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .Returns(answer.Task);

        var asked = _subnet.SendAsync(new GetStatusQuery());
        await _subnet.Time.AdvanceUntilAsync(() => asked.IsCompleted, StorageCount.WaitTimeout, 2 * StorageCount.WaitTimeout);

        var before = (await asked).Storage;
        answer.SetResult(new FolderPage([$"data/x/{Subnet.Dave}/"], HasMore: false));
        await Wait.UntilAsync(async () => (await _subnet.SendAsync(new GetStatusQuery())).Storage.Miners is not null);
        var after = (await _subnet.SendAsync(new GetStatusQuery())).Storage;

        Assert.That((before.Miners, before.CountedAt), Is.EqualTo(((int?)null, (DateTimeOffset?)null)));
        Assert.That(after.Miners, Is.EqualTo(1));
        VerifyListed(Times.Once());
    }

    [Test]
    public async Task Count_of_a_store_that_is_away_is_the_last_one_with_its_moment()
    {
        Folders("data/x/", Subnet.Dave);
        var counted = (await _subnet.SendAsync(new GetStatusQuery())).Storage.CountedAt;
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(RefusedException.StorageUnavailable());
        _subnet.Time.Advance(StorageCount.MaxAge * 2);

        var storage = (await _subnet.SendAsync(new GetStatusQuery())).Storage;

        Assert.That((storage.Miners, storage.CountedAt), Is.EqualTo((1, counted)));
    }

    [Test]
    public void Mistake_in_counting_is_not_kept_quiet()
    {
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("a mistake"));

        Assert.That(() => _subnet.SendAsync(new GetStatusQuery()), Throws.InvalidOperationException);
        Assert.That(() => _subnet.SendAsync(new GetStatusQuery()), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Mistake_in_counting_again_is_not_kept_quiet_either()
    {
        Folders("data/x/", Subnet.Dave);
        await _subnet.SendAsync(new GetStatusQuery());
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("a mistake"));
        _subnet.Time.Advance(StorageCount.MaxAge * 2);

        await Wait.UntilAsync(async () =>
        {
            try
            {
                await _subnet.SendAsync(new GetStatusQuery());
                return false;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        });
    }

    [Test]
    public async Task Newest_upload_is_what_a_listing_that_somebody_asked_for_showed()
    {
        var (older, newer) = (_subnet.Time.GetUtcNow().AddMinutes(-10), _subnet.Time.GetUtcNow().AddMinutes(-3));
        await ListAsync(older, newer);
        await ListAsync(older);

        var storage = (await _subnet.SendAsync(new GetStatusQuery())).Storage;

        Assert.That((storage.NewestUpload, storage.NewestUploadAgeSeconds), Is.EqualTo((newer, 180)));
    }

    [Test]
    public async Task Answers_are_those_of_all_instances_where_they_are_added_up()
    {
        var minute = Subnet.Now / 60;
        _subnet.Services().GetRequiredService<RecentAnswers>().Granted();
        var alone = (await _subnet.SendAsync(new GetStatusQuery())).Activity;
        _subnet.SharedAnswers.Setup(port => port.ReadAsync(minute - 1439, minute, It.IsAny<CancellationToken>()))
            .Returns(
                new ValueTask<IReadOnlyList<AnswerCount>?>(
                    [new AnswerCount(minute, "granted", 30), new AnswerCount(minute - 90, "quota_exceeded", 4),
                        new AnswerCount(minute - 5000, "granted", 7)]));
        _subnet.Time.Advance(ActivityCount.MaxAge + TimeSpan.FromMilliseconds(1));

        var together = (await _subnet.SendAsync(new GetStatusQuery())).Activity;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (alone.CountedTogether, alone.CountingSince, alone.LastDay.Requests),
                Is.EqualTo((false, (DateTimeOffset?)DateTimeOffset.FromUnixTimeMilliseconds((Subnet.Now * 1000) + 750), 1)));
            Assert.That((together.CountedTogether, together.CountingSince), Is.EqualTo((true, (DateTimeOffset?)null)));
            Assert.That(
                (together.LastHour.Granted, together.LastHour.Refused, together.LastDay.Granted, together.LastDay.Refused),
                Is.EqualTo((30, 0, 30, 4)));
        }
    }

    [Test]
    public async Task What_adds_answers_up_is_not_asked_for_each_status()
    {
        for (var i = 0; i < 50; i++)
        {
            await _subnet.SendAsync(new GetStatusQuery());
        }

        _subnet.SharedAnswers.Verify(port => port.ReadAsync(It.IsAny<long>(), It.IsAny<long>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    private static Substrate.AccountId AccountOf(int number)
    {
        var bytes = new byte[32];
        bytes[0] = (byte)number;
        return Substrate.AccountId.FromBytes(bytes);
    }

    private async Task ListAsync(params DateTimeOffset[] uploaded)
    {
        _subnet.Store.Setup(
            port => port.ListFilesAsync(
                "data/x/" + Subnet.Dave + "/", It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                new FilePage(
                    [.. uploaded.Select((moment, i) => new StoredFile(Subnet.KeyOf($"data/x/{Subnet.Dave}/{i}"), 2000, moment, "etag"))],
                    HasMore: false));
        FileList files = await _subnet.SendAsync(
            new ListMyFilesCommand { Coldkey = Subnet.Dave, Hotkey = Subnet.Bob, Timestamp = Subnet.Now, Signature = Subnet.Good });
        Assert.That(files.Files, Has.Count.EqualTo(uploaded.Length));
    }

    private void Folders(string prefix, params Substrate.AccountId[] owners) =>
        _subnet.Store.Setup(port => port.ListFoldersAsync(prefix, It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new FolderPage([.. owners.Select(owner => $"{prefix}{owner}/")], HasMore: false));

    private void VerifyListed(Times times) =>
        _subnet.Store.Verify(port => port.ListFoldersAsync("data/x/", It.IsAny<int?>(), It.IsAny<CancellationToken>()), times);

    private static string NotRegistered(AccountId hotkey) =>
        $"The hotkey {hotkey} is not registered on netuid 46 of network static (block 7); register it, or try again in 30 s if you just "
        + "did.";
}
