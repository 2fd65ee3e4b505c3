namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>
/// Four clients that ask all the time: a miner and a validator that the chain knows, and a thief of the miner's hotkey and a false
/// validator, whom only a lying node names (<see cref="SubnetRuntimes.Lie"/>).
/// </summary>
internal sealed class IdentityLoad : IAsyncDisposable
{
    // A load that is too short to notice a fault must fail the test.
    private const int MinAnswers = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ServiceClient _client;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, int> _owner = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _validator = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _thief = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _falseValidator = new(StringComparer.Ordinal);
    private readonly Task _asking;

    private IdentityLoad(ServiceClient client)
    {
        _client = client;
        _asking = Task.WhenAll(
            AskAsync(_owner, () => AskForFolderAsync(Subnet.OrdinaryMiner)),
            AskAsync(_validator, () => AskForFilesAsync(Subnet.Validator)),
            AskAsync(_thief, () => AskForFolderAsync(SubnetRuntimes.Thief)),
            AskAsync(_falseValidator, () => AskForFilesAsync(SubnetRuntimes.FalseValidator)));
    }

    /// <summary>Starts the clients.</summary>
    public static IdentityLoad Start(ApiProcess api) => new(api.Client);

    /// <summary>Stops the clients. Fails if one true identity was refused, or one false identity had a grant.</summary>
    public async Task AssertEveryAnswerWasRightAsync()
    {
        ConcurrentDictionary<string, int>[] answers = [_owner, _validator, _thief, _falseValidator];
        await Wait.UntilAsync(() => answers.All(one => one.Values.Sum() >= MinAnswers), "A client has too few answers.");
        await _end.CancelAsync();
        await _asking;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Describe(_owner), Does.Match($@"^200 data/x/{Subnet.OrdinaryMiner.Coldkey.Address}/ x \d+$"), "the miner");
            Assert.That(Describe(_validator), Does.Match(@"^200 x \d+$"), "the validator");
            Assert.That(Describe(_thief), Does.Match(@"^403 coldkey_mismatch x \d+$"), "the thief");
            Assert.That(Describe(_falseValidator), Does.Match(@"^403 hotkey_not_registered x \d+$"), "the false validator");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _asking;
        _end.Dispose();
    }

    private async Task AskAsync(ConcurrentDictionary<string, int> answers, Func<Task<string>> ask)
    {
        while (!_end.IsCancellationRequested)
        {
            answers.AddOrUpdate(await ask(), 1, (_, count) => count + 1);
            await Task.Delay(Pause);
        }
    }

    private async Task<string> AskForFolderAsync(Miner miner) =>
        Describe(await _client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(miner)), "folder");

    private async Task<string> AskForFilesAsync(Miner validator) => Describe(
        await _client.PostAsync(ServiceClient.FileUrlsPath, ServiceClient.FileUrlsBody(
            validator.Hotkey,
            "miner_hotkey",
            Subnet.OrdinaryMiner.Hotkey.Address,
            [$"data/x/{Subnet.OrdinaryMiner.Coldkey}/file"])),
        member: null);

    private static string Describe(Answer answer, string? member)
    {
        var detail = answer.Status == HttpStatusCode.OK ? member is null ? null : (string?)answer.Json[member] : answer.Code;
        return detail is null ? $"{(int)answer.Status}" : $"{(int)answer.Status} {detail}";
    }

    private static string Describe(ConcurrentDictionary<string, int> answers) =>
        string.Join("; ", answers.Select(answer => $"{answer.Key} x {answer.Value}"));
}
