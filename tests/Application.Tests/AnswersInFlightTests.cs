using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application.Tests;

/// <summary>The limits of responses in flight: slots, memory and refunds.</summary>
public sealed class AnswersInFlightTests
{
    private const long Mebi = 1024 * 1024;

    private static readonly JsonSerializerOptions OnTheWire = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private Subnet _subnet = null!;
    private List<AsyncServiceScope> _requests = null!;

    private static ListMyFilesCommand Files => new()
    {
        Coldkey = Subnet.Dave,
        Hotkey = Subnet.Bob,
        Timestamp = Subnet.Now,
        Signature = Subnet.Good,
    };

    private RequestsInFlight InFlight => _subnet.Services().GetRequiredService<RequestsInFlight>();

    [SetUp]
    public void SetUp()
    {
        _subnet = new Subnet { InFlight = new InFlightLimit(2) };
        _requests = [];
    }

    [TearDown]
    public void TearDown()
    {
        _requests.ForEach(request => request.Dispose());
        _subnet.Dispose();
    }

    [Test]
    public async Task Hotkey_has_a_maximum_of_requests_in_flight_until_their_responses_are_written()
    {
        await BeginAsync(Subnet.AsBob);
        await BeginAsync(Subnet.AsBob);
        var (proofs, used) = (_subnet.UsedProofs.Count, _subnet.Quota.Invocations.Count);

        var refused = Assert.ThrowsAsync<RefusedException>(() => BeginAsync(Subnet.AsBob));
        Assert.That((refused!.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.RateLimited, TimeSpan.FromSeconds(1))));
        Assert.That(
            (_subnet.UsedProofs.Count, _subnet.Quota.Invocations.Count), Is.EqualTo((proofs, used)), "neither its proof nor a grant");
        Assert.That(_subnet.Recorded[^1].Decision, Is.EqualTo("rate_limited"));
        await BeginAsync(Subnet.AsAlice);

        await EndAsync(0);
        await BeginAsync(Subnet.AsBob);
    }

    [Test]
    public async Task Refusal_that_is_not_read_takes_no_slot()
    {
        _subnet.Use = ProofUse.Repeated;
        for (var i = 0; i < 5; i++)
        {
            Assert.That(
                Assert.ThrowsAsync<RefusedException>(() => BeginAsync(Subnet.AsBob))!.Code, Is.EqualTo(RefusalCode.ReplayedRequest));
        }

        _subnet.Use = ProofUse.First;
        await BeginAsync(Subnet.AsBob);
    }

    [Test]
    public async Task Slot_is_released_however_the_request_ends()
    {
        _subnet.Store.SetupSequence(
            port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new OperationCanceledException())
            .ThrowsAsync(new InvalidOperationException("boom"))
            .ThrowsAsync(RefusedException.StorageTimeout());
        for (var i = 0; i < 3; i++)
        {
            Assert.That(async () => await _subnet.SendAsync(Files), Throws.Exception);
        }

        _subnet.Use = ProofUse.Repeated;
        await _subnet.RefuseAsync(Files);
        _subnet.Use = ProofUse.First;
        await _subnet.SendAsync(Subnet.AsBob);

        Assert.That((InFlight.Hotkeys, _subnet.Memory.Taken, _subnet.Memory.Holders), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public async Task Slots_of_a_hotkey_cannot_be_taken_without_its_key()
    {
        for (var i = 0; i < 5; i++)
        {
            var scope = NewRequest();
            Assert.That(
                async () => await scope.ServiceProvider.GetRequiredService<IMediator>().Send(Subnet.AsBob with { Signature = Subnet.Bad }),
                Throws.InstanceOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.InvalidSignature));
        }

        await BeginAsync(Subnet.AsBob);
    }

    [Test]
    public async Task Page_is_bounded_in_bytes_and_the_next_page_continues()
    {
        var keys = Enumerable.Range(0, 1000).Select(i => $"data/x/{Subnet.Dave}/{new string('\x01', 900)}{i:D4}").ToList();
        Holds(keys);
        var found = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var page = await _subnet.SendAsync(Files with { Cursor = cursor });
            Assert.That(
                page.Files.Sum(JsonSize.Of),
                Is.InRange(page.NextCursor is null ? 1 : FilePageReader.MaxBytes / 2, FilePageReader.MaxBytes));
            found.AddRange(page.Files.Select(file => file.Key));
            (cursor, pages) = (page.NextCursor, pages + 1);
        }
        while (cursor is not null);

        Assert.That(found, Is.EqualTo(keys));
        Assert.That(pages, Is.InRange(5, 20));
    }

    [TestCase("plain.parquet")]
    [TestCase("\u0001\u001f\t\"\\\u007f")]
    [TestCase("\u00e9\u4e2d\ufffd\u2028")]
    [TestCase("\U0001f600\U0010fffd")]
    public void Size_in_json_is_never_underestimated(string name)
    {
        var key = string.Concat(Enumerable.Repeat(name, 40));
        var file = new ListedFile(key, long.MaxValue, DateTimeOffset.UnixEpoch, "\"etag\"", "https://host/" + Uri.EscapeDataString(key));

        var json = JsonSerializer.SerializeToUtf8Bytes(file, OnTheWire).Length;

        Assert.That(JsonSize.Of(file), Is.InRange(json, (3 * json) + 200));
    }

    [Test]
    public async Task Page_takes_memory_until_it_is_written()
    {
        Holds([.. Enumerable.Range(0, 1000).Select(i => $"data/x/{Subnet.Dave}/{i:D4}")]);

        await BeginAsync(Files);
        Assert.That(_subnet.Memory.Taken, Is.InRange(100_000, Mebi), "what the page has, not what one may have");

        await EndAsync(0);
        Assert.That(_subnet.Memory.Taken, Is.Zero);
    }

    [Test]
    public async Task Response_without_free_memory_is_refused_before_the_store_is_called()
    {
        using var subnet = new Subnet { Memory = new ResponseMemoryBudget(4 * Mebi) };
        subnet.Memory.TryChange(new ResponseMemoryOwner(Subnet.Charlie, 7), 0, 4 * Mebi);

        var asked = subnet.RefuseAsync(Files);
        await subnet.Time.AdvanceUntilAsync(() => asked.IsCompleted, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5));

        var refused = await asked;
        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.ServerBusy, TimeSpan.FromSeconds(5))));
        subnet.Store.Verify(
            port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()),
            Times.Never);
        subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Once);
    }

    [Test]
    public async Task Request_waits_for_memory_that_becomes_free()
    {
        using var subnet = new Subnet { Memory = new ResponseMemoryBudget(4 * Mebi) };
        subnet.Memory.TryChange(new ResponseMemoryOwner(Subnet.Charlie, 7), 0, 4 * Mebi);

        var asked = subnet.SendAsync(Files);
        await Task.Delay(20);
        Assert.That(asked.IsCompleted, Is.False);
        subnet.Memory.TryChange(new ResponseMemoryOwner(Subnet.Charlie, 7), 4 * Mebi, 0);
        await subnet.Time.AdvanceUntilAsync(() => asked.IsCompleted, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));

        Assert.That(async () => await asked, Throws.Nothing);
    }

    [Test]
    public void No_caller_can_take_all_memory()
    {
        var memory = new ResponseMemoryBudget(64 * Mebi);
        ResponseMemoryOwner Holder(byte hotkey, int client) =>
            new(AccountId.FromBytes(Enumerable.Repeat(hotkey, AccountId.Size).ToArray()), client);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Enumerable.Range(0, 40).Count(i => memory.TryChange(Holder(1, i), 0, Mebi)), Is.EqualTo(16),
                "a hotkey, from many addresses");
            Assert.That(
                Enumerable.Range(0, 40).Count(i => memory.TryChange(Holder((byte)(100 + i), 77), 0, Mebi)), Is.EqualTo(32),
                "an address, with many hotkeys");
            Assert.That(memory.TryChange(new ResponseMemoryOwner(null, 77), 0, 1), Is.False, "the same without a hotkey");
            Assert.That(memory.TryChange(Holder(2, 78), 0, 16 * Mebi), "somebody else");
            Assert.That(memory.TryChange(Holder(3, 79), 0, 1), Is.False, "when all is taken");
        }
    }

    [Test]
    public void One_response_is_never_too_large_for_an_idle_server()
    {
        var memory = new ResponseMemoryBudget(4 * Mebi);
        var holder = new ResponseMemoryOwner(Subnet.Bob, 1);

        Assert.That(memory.TryChange(holder, 0, Mebi) && memory.TryChange(holder, Mebi, 9 * Mebi));
        Assert.That(memory.TryChange(holder, 0, 1), Is.False);
        Assert.That(memory.TryChange(holder, 9 * Mebi, 0));
        Assert.That((memory.Taken, memory.Holders), Is.EqualTo((0, 0)));
    }

    [TestCase(RefusalCode.FileExists, false)]
    [TestCase(RefusalCode.ExpiryInPast, false)]
    [TestCase(RefusalCode.InvalidRequest, true)]
    [TestCase(RefusalCode.MinerNotFound, true)]
    [TestCase(RefusalCode.FolderUploadUnsupported, true)]
    [TestCase(RefusalCode.StorageUnavailable, true)]
    [TestCase(RefusalCode.StorageTimeout, true)]
    [TestCase(RefusalCode.ServerBusy, true)]
    public async Task Refusal_is_refunded_if_it_cost_nothing_or_was_the_servers_fault(RefusalCode code, bool isRefunded)
    {
        _subnet.Store.Setup(
            port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new RefusedException(code, "As the case may be."));

        await _subnet.RefuseAsync(Files);

        VerifyRefunds(isRefunded ? 1 : 0);
    }

    [Test]
    public async Task Upload_url_for_an_existing_file_is_charged()
    {
        _subnet.Store.Setup(port => port.ExistsAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>())).ReturnsAsync(true);

        var refused = await _subnet.RefuseAsync(new GetFileUploadUrlCommand
        {
            Coldkey = Subnet.Dave, Hotkey = Subnet.Bob, Timestamp = Subnet.Now, Signature = Subnet.Good, Filename = Subnet.FileNameOf("a"),
        });

        Assert.That(refused.Code, Is.EqualTo(RefusalCode.FileExists));
        VerifyRefunds(0);
    }

    [Test]
    public async Task Refunds_for_a_failing_store_are_limited()
    {
        using var subnet = new Subnet
        {
            Limits = new DailyLimits(PerMiner: 3, FilesPerMiner: 1000, PerValidator: 1000, SessionsPerHotkey: 5, Total: 5000),
        };
        subnet.Store.Setup(
            port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(RefusedException.StorageUnavailable());
        for (var i = 0; i < 10; i++)
        {
            await subnet.RefuseAsync(Files);
        }

        subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Exactly(3));

        subnet.Time.Advance(TimeSpan.FromDays(1));
        await subnet.RefuseAsync(Files with { Timestamp = subnet.Time.GetUtcNow().ToUnixTimeSeconds() });
        subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Exactly(4));
    }

    [Test]
    public void Jobs_are_shared_equally_among_folders_in_any_order()
    {
        int[] counts = [5, 1000, 20, 1000, 300, 0];
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            using var request = NewRequest();
            var caller = request.ServiceProvider.GetRequiredService<Caller>();
            caller.Authenticate(Subnet.Snapshot, []);
            caller.Authorize(new SubnetRules(default).Decide(
                Subnet.Bob, Role.Miner, Subnet.Snapshot, AccessRules.None, DateTimeOffset.UnixEpoch));
            var shares = new JobShares(maxJobs: 425, request.ServiceProvider.GetRequiredService<ResponseMemoryLease>());
            foreach (var number in Enumerable.Range(0, counts.Length).OrderBy(_ => random.Next()))
            {
                shares.Add(
                    FolderOf(number),
                    new FoundJobs([.. Enumerable.Range(0, counts[number]).Select(i => new FoundJob(JobOf(i), $"p/{i}/"))], HasMore: false));
            }

            var found = shares.Divide();

            // The folders with 5 and 20 jobs show all of them, and three folders share the other 400.
            Assert.That(
                Enumerable.Range(0, counts.Length).Select(number => (found[FolderOf(number)].Jobs.Count, found[FolderOf(number)].HasMore)),
                Is.EqualTo(new[] { (5, false), (133, true), (20, false), (133, true), (133, true), (0, false) }));
            Assert.That(_subnet.Memory.Taken, Is.InRange(424 * 120, 424 * 200));
        }

        Assert.That(_subnet.Memory.Taken, Is.Zero);
    }

    [Test]
    public async Task Validators_with_the_same_listing_share_the_list_made_from_it()
    {
        var page = new FolderPage([$"data/x/{Subnet.Dave}/"], HasMore: false);
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(page);
        var discovery = _subnet.Services().GetRequiredService<MinerDiscovery>();

        var (first, second) = (await discovery.FindAsync(default), await discovery.FindAsync(default));
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(page with { });

        Assert.That(second, Is.SameAs(first));
        Assert.That(
            await discovery.FindAsync(default), Is.Not.SameAs(first).And.EquivalentTo(first).Using<FoundMiner, FoundMiner>(
                (one, other) => one.Owner == other.Owner));
    }

    [Test]
    public void Optional_memory_leaves_half_of_the_budget()
    {
        var memory = new ResponseMemoryBudget(1000);
        var (first, second) = (new ResponseMemoryOwner(Hotkey: null, 1), new ResponseMemoryOwner(Hotkey: null, 2));

        Assert.That(memory.TryTakeOptional(first, 400), Is.True);
        Assert.That(memory.TryTakeOptional(second, 101), Is.False);
        Assert.That(memory.TryChange(second, 0, 101), Is.True);
        Assert.That(memory.Taken, Is.EqualTo(501));
    }

    [Test]
    public async Task Urls_of_large_responses_are_signed_when_they_are_read()
    {
        _subnet.Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                (string prefix, int? _, CancellationToken _) => new FolderPage(
                    prefix.Contains("job_id", StringComparison.Ordinal) ? [prefix + "1/"] : [$"{prefix}{Subnet.Dave}/"], HasMore: false));

        var access = await _subnet.SendAsync(Subnet.AsAlice);
        var before = _subnet.Signer.Signed;
        Assert.That(access.Miners[0].Folders, Has.Count.EqualTo(2));

        Assert.That((before, _subnet.Signer.Signed), Is.EqualTo((3, 5)), "the overview at once, and each folder when it is read");
    }

    private static Folder FolderOf(int number) => Layouts.ByColdkey($"s{number}").FoldersOf(Subnet.Dave)[0];

    private void VerifyRefunds(int count) =>
        _subnet.Quota.Verify(port => port.Refund(It.IsAny<QuotaRequest>(), It.IsAny<QuotaCount>()), Times.Exactly(count));

    private AsyncServiceScope NewRequest()
    {
        var scope = _subnet.Services().CreateAsyncScope();
        _requests.Add(scope);
        return scope;
    }

    /// <summary>Sends a request whose response is not written yet.</summary>
    private async Task BeginAsync<T>(IRequest<T> request) =>
        await NewRequest().ServiceProvider.GetRequiredService<IMediator>().Send(request);

    private async Task EndAsync(int number)
    {
        await _requests[number].DisposeAsync();
        _requests.RemoveAt(number);
    }

    private static JobId JobOf(int number) =>
        JobId.TryParse(number.ToString(CultureInfo.InvariantCulture), out var id)
            ? id
            : throw new ArgumentException("No job.", nameof(number));

    private void Holds(IReadOnlyList<string> keys) => _subnet.Store
        .Setup(port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
        .ReturnsAsync((string prefix, ObjectKey? after, int limit, CancellationToken _) =>
        {
            var found = keys
                .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, after?.Text) > 0)
                .Select(key => new StoredFile(Subnet.KeyOf(key), 4096, DateTimeOffset.UnixEpoch, "etag"))
                .ToList();
            return new FilePage([.. found.Take(limit)], found.Count > limit);
        });
}
