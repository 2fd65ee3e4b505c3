using System.Reflection;
using System.Text;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application.Tests;

/// <summary>
/// The application with a fake for each port. The metagraph has the miner //Bob with the coldkey //Dave, the validator //Alice, and //Eve,
/// who has a permit but not enough stake. <see cref="Good"/> is the only valid signature, for any text.
/// </summary>
internal sealed class Subnet : IDisposable
{
    internal const long Now = 1_795_500_000;

    internal static readonly AccountId Alice = Accounts.Alice;
    internal static readonly AccountId Bob = Accounts.Bob;
    internal static readonly AccountId Charlie = Accounts.Charlie;
    internal static readonly AccountId Dave = Accounts.Dave;
    internal static readonly AccountId Eve = Accounts.Eve;

    /// <summary>The text that the headers of these tests sign. Parsing the headers is not part of the application.</summary>
    internal const string HeaderText = "hash.nonce.moment";

    internal static readonly TimeSpan ListingTimeout = TimeSpan.FromSeconds(7);

    /// <summary>The bucket that the store says it is.</summary>
    internal static readonly ObjectStoreInfo StoreInfo = new("bucket", "us-east-2", "https://s3.us-east-2.amazonaws.com", ListingTimeout);

    internal static readonly Sr25519Signature Good = SignatureOf(1);
    internal static readonly Sr25519Signature Bad = SignatureOf(2);

    private ServiceProvider? _services;

    internal Subnet()
    {
        Metagraph.SetupGet(port => port.Current).Returns(Snapshot);
        Metagraph.SetupGet(port => port.Network).Returns("static");
        Metagraph.SetupGet(port => port.Netuid).Returns(46);
        Metagraph.Setup(port => port.Describe()).Returns(new MetagraphState(
            false, 7, 3, DateTimeOffset.FromUnixTimeSeconds(Now - 5), TimeSpan.FromSeconds(5.9), "wss://node", null));

        AccessRules.SetupGet(port => port.Current).Returns(() => Exceptions);
        Signatures
            .Setup(port => port.Verify(It.IsAny<AccountId>(), It.IsAny<string>(), It.IsAny<Sr25519Signature>()))
            .Returns((AccountId signer, string text, Sr25519Signature signature) =>
            {
                Verified.Add((signer, text));
                return signature == Good;
            });

        Guard.Setup(port => port.UseAsync(It.IsAny<UsedProof>(), It.IsAny<CancellationToken>()))
            .Returns((UsedProof proof, CancellationToken _) =>
            {
                UsedProofs.Add(proof);
                return new ValueTask<ProofUse>(Use);
            });
        Quota.Setup(port => port.TakeAsync(It.IsAny<QuotaRequest>(), It.IsAny<CancellationToken>()))
            .Returns((QuotaRequest _, CancellationToken _) => new ValueTask<QuotaCount>(Counted));
        Audit.Setup(port => port.Record(It.IsAny<AuditRecord>())).Callback((AuditRecord decision) => Recorded.Add(decision));
        Audit.SetupGet(port => port.IsWriting).Returns(true);

        SharedAnswers.Setup(port => port.ReadAsync(It.IsAny<long>(), It.IsAny<long>(), It.IsAny<CancellationToken>()))
            .Returns(new ValueTask<IReadOnlyList<AnswerCount>?>((IReadOnlyList<AnswerCount>?)null));

        StoreState.SetupGet(port => port.Current).Returns(StoreFindings.None);
        Store.SetupGet(port => port.Info).Returns(StoreInfo);
        Store.Setup(port => port.ListFilesAsync(It.IsAny<string>(), It.IsAny<ObjectKey?>(), It.IsAny<int>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new FilePage([], HasMore: false));
        Store.Setup(port => port.ListFoldersAsync(It.IsAny<string>(), It.IsAny<int?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new FolderPage([], HasMore: false));
    }

    internal static Caller NewCaller() => new(new RequestOrigin(), new InFlightSlot(new RequestsInFlight(InFlightLimit.Default)));

    /// <summary>A valid request of a miner.</summary>
    internal static GetFolderAccessCommand AsBob => new()
    {
        Coldkey = Dave,
        Hotkey = Bob,
        Timestamp = Now,
        Signature = Good,
    };

    /// <summary>A valid request of a validator.</summary>
    internal static GetValidatorAccessCommand AsAlice => new()
    {
        Hotkey = Alice,
        Timestamp = Now,
        Signature = Good,
    };

    internal TestTime Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(Now).AddMilliseconds(750));

    internal Mock<IMetagraph> Metagraph { get; } = new();

    internal Mock<IAccessRules> AccessRules { get; } = new();

    /// <summary>The operator's access rules.</summary>
    internal AccessRules Exceptions { get; set; } = Domain.AccessRules.None;

    internal Mock<ISignatureVerifier> Signatures { get; } = new();

    internal Mock<IObjectStore> Store { get; } = new();

    internal Mock<IMultipartStore> Uploads { get; } = new();

    internal Mock<ISessionIssuer> Sessions { get; } = new();

    internal SessionRules SessionRules { get; init; } = new(SessionRules.DefaultDuration);

    internal Mock<IStoreState> StoreState { get; } = new();

    internal Mock<IReplayGuard> Guard { get; } = new();

    internal Mock<IQuota> Quota { get; } = new();

    internal Mock<IAuditLog> Audit { get; } = new();

    internal Mock<ISharedLimits> SharedLimits { get; } = new();

    internal Mock<ISharedAnswers> SharedAnswers { get; } = new();

    internal DailyLimits Limits { get; init; } =
        new(PerMiner: 100, FilesPerMiner: 2000, PerValidator: 1000, SessionsPerHotkey: 5, Total: 5000);

    /// <summary>The target of validators' listings; set it before the first request.</summary>
    internal ListingRedirect Redirect { get; set; } = ListingRedirect.Off;

    /// <summary>Whether miners may read all files.</summary>
    internal bool MinersMayRead { get; init; }

    /// <summary>The accepted audiences; set them before the first request.</summary>
    internal Audiences Audiences { get; set; } = Audiences.Unknown;

    internal InFlightLimit InFlight { get; init; } = InFlightLimit.Default;

    internal FileSizeLimits FileSizes { get; init; } = FileSizeLimits.Default;

    internal ResponseMemoryBudget Memory { get; init; } = new(64 * 1024 * 1024);

    /// <summary>The result of the replay guard for each proof.</summary>
    internal ProofUse Use { get; set; } = ProofUse.First;

    /// <summary>The proofs that were given to the replay guard.</summary>
    internal List<UsedProof> UsedProofs { get; } = [];

    /// <summary>The result of the quota for each request.</summary>
    internal QuotaCount Counted { get; set; } = new(Granted: true, Used: 3, FilesUsed: 7, TotalUsed: 40, IsShared: true);

    internal List<AuditRecord> Recorded { get; } = [];

    internal RecordingSigner Signer { get; } = new();

    internal FolderLayout Layout { get; init; } = Layouts.ByColdkey("x", "reddit");

    internal List<(AccountId Signer, string Text)> Verified { get; } = [];

    internal static Metagraph Snapshot { get; } = new("static", 46, 7, DateTimeOffset.FromUnixTimeSeconds(Now - 5),
    [
        new Neuron(0, Alice, Charlie, ValidatorPermit: true, AlphaAmount.FromAlpha(30_000), Active: true),
        new Neuron(1, Bob, Dave, ValidatorPermit: false, default, Active: true),
        new Neuron(2, Eve, Charlie, ValidatorPermit: true, AlphaAmount.FromAlpha(20_000), Active: true),
    ]);

    internal async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request)
    {
        await using var scope = Services().CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>Sends a request of any type.</summary>
    internal async Task<object> SendAnyAsync(SignedRequest request)
    {
        var send = typeof(Subnet).GetMethod(nameof(SendAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(ResponseOf(request));
        var sent = (Task)send.Invoke(this, [request])!;
        await sent;
        return sent.GetType().GetProperty(nameof(Task<object>.Result))!.GetValue(sent)!;
    }

    /// <summary>Returns the type of the response to a request.</summary>
    internal static Type ResponseOf(SignedRequest request) => request.GetType().GetInterfaces()
        .Single(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequest<>))
        .GetGenericArguments()[0];

    /// <summary>Sends a request that must be refused, and returns the refusal.</summary>
    internal async Task<RefusedException> RefuseAsync<TResponse>(IRequest<TResponse> request)
    {
        try
        {
            await SendAsync(request);
        }
        catch (RefusedException refused)
        {
            return refused;
        }

        throw new AssertionException($"{request} was granted.");
    }

    internal ServiceProvider Services() => _services ??= new ServiceCollection()
        .AddSingleton(AccessWindow.Default)
        .AddSingleton(Sessions.Object)
        .AddSingleton(SessionRules)
        .AddSingleton(Layout)
        .AddSingleton(new SubnetRules(AlphaAmount.FromAlpha(20_000), MinersMayRead))
        .AddSingleton(AccessRules.Object)
        .AddSingleton(Audiences)
        .AddSingleton(Redirect)
        .AddSingleton<ISealer>(new OpenSealer())
        .AddSingleton(Metagraph.Object)
        .AddSingleton(Signatures.Object)
        .AddSingleton(Store.Object)
        .AddSingleton(Uploads.Object)
        .AddSingleton<IUrlSigner>(Signer)
        .AddSingleton(StoreState.Object)
        .AddSingleton(Guard.Object)
        .AddSingleton(Quota.Object)
        .AddSingleton(Audit.Object)
        .AddSingleton(SharedLimits.Object)
        .AddSingleton(SharedAnswers.Object)
        .AddSingleton(Limits)
        .AddSingleton(FileSizes)
        .AddSingleton(BurstLimit.Default)
        .AddSingleton(InFlight)
        .AddSingleton(Memory)
        .AddMetrics()
        .AddApplication(Time)
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    public void Dispose() => _services?.Dispose();

    /// <summary>Currently valid headers of an account, over <see cref="HeaderText"/>.</summary>
    internal HeaderProof ProofOf(ProofHeaders kind, AccountId signer) =>
        new(kind, signer, Guid.NewGuid(), Time.GetUtcNow().ToUnixTimeMilliseconds(), Good, new HeaderMessage(HeaderText));

    /// <summary>Currently valid Tao v2 headers of an account.</summary>
    internal HeaderProof TaoOf(AccountId signer) => ProofOf(ProofHeaders.Tao, signer);

    /// <summary>Currently valid Epistula v2 headers of an account.</summary>
    internal HeaderProof EpistulaOf(AccountId signer) => ProofOf(ProofHeaders.Epistula, signer);

    /// <summary>A multipart upload of //Bob with one part of 4,096 bytes.</summary>
    internal static MultipartUpload Upload { get; } = new(
        ObjectName.TryParse($"data/x/{Dave}/a/b", out var key) ? key : default, "store-id", PartPlan.Default(4096), IsWriteOnce: true);

    /// <summary>The id of <see cref="Upload"/>.</summary>
    internal static string UploadId
    {
        get
        {
            using var subnet = new Subnet();
            return subnet.Services().GetRequiredService<UploadIds>().Seal(Upload, DateTimeOffset.FromUnixTimeSeconds(Now + 86400));
        }
    }

    /// <summary>A valid request of a miner for temporary credentials.</summary>
    internal static GetSessionCredentialsCommand SessionOfBob => new()
    {
        Coldkey = Dave,
        Hotkey = Bob,
        Timestamp = Now,
        Signature = Good,
    };

    /// <summary>Makes the deployment issue temporary credentials: each session has a key of its own.</summary>
    internal void UseSessions()
    {
        var issued = 0;
        Sessions.SetupGet(port => port.Mode).Returns(SessionMode.Sts);
        Sessions.Setup(port => port.CanIssue(It.IsAny<SessionScope>())).Returns(true);
        Sessions.Setup(port => port.IsCurrent(It.IsAny<Session>())).Returns(true);
        Sessions.Setup(port => port.IssueAsync(It.IsAny<SessionScope>(), It.IsAny<TimeSpan>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((SessionScope _, TimeSpan duration, CancellationToken _) =>
                new Session($"key-{++issued}", "secret", "token", Time.GetUtcNow(), Time.GetUtcNow() + duration));
    }

    /// <summary>Makes the store support multipart uploads, and have the only part of <see cref="Upload"/>.</summary>
    internal void UseMultipartStore()
    {
        StoreState.SetupGet(port => port.Current)
            .Returns(StoreFindings.None with { Capabilities = new StoreCapabilities { PartUploads = PutUploads.Safe, Multipart = true } });
        Uploads.Setup(port => port.CreateAsync(It.IsAny<ObjectName>(), It.IsAny<CancellationToken>())).ReturnsAsync(Upload.StoreId);
        Uploads.Setup(port => port.ListPartsAsync(Upload.Key, Upload.StoreId, It.IsAny<CancellationToken>()))
            .ReturnsAsync([new StoredPart(1, "e1", Upload.Plan.Size)]);
        Uploads.Setup(port => port.AbortAsync(Upload.Key, Upload.StoreId, It.IsAny<CancellationToken>())).ReturnsAsync(true);
        Uploads.Setup(port => port.CompleteAsync(
                Upload.Key, Upload.StoreId, It.IsAny<IReadOnlyList<StoredPart>>(), It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new Completion(CompletionOutcome.Completed, "etag-1"));
    }

    internal static FilePath PathOf(string text) =>
        FilePath.TryParse(text, out var parsed) ? parsed : throw new ArgumentException(text, nameof(text));

    internal static FileName FileNameOf(string name) =>
        FileName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name, nameof(name));

    internal static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));

    /// <summary>The key of this text.</summary>
    internal static ObjectKey KeyOf(string text) => KeyOf(Encoding.UTF8.GetBytes(text));

    /// <summary>The key of these bytes.</summary>
    internal static ObjectKey KeyOf(byte[] bytes) =>
        ObjectKey.TryRead(bytes, out var key) ? key : throw new ArgumentException("No key.", nameof(bytes));

    private static Sr25519Signature SignatureOf(byte value) =>
        Sr25519Signature.FromBytes(Enumerable.Repeat(value, Sr25519Signature.Size).ToArray());
}
