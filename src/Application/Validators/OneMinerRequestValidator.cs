namespace S3Auth.Application.Validators;

/// <summary>The rules of a request for one miner: those of a signed request, and exactly one account that identifies the miner.</summary>
internal abstract class OneMinerRequestValidator<T> : SignedRequestValidator<T>
    where T : OneMinerRequest
{
    protected OneMinerRequestValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        RuleFor(request => request.MinerHotkey)
            .Must((request, hotkey) => hotkey is null != request.MinerColdkey is null)
            .WithMessage("Send exactly one of 'miner_hotkey' and 'miner_coldkey'.");

        // A coldkey may own many hotkeys, so it does not identify a folder that is named by a hotkey.
        RuleFor(request => request.MinerColdkey)
            .Null()
            .When(_ => !layout.HasColdkeyFolders)
            .WithMessage("Send 'miner_hotkey' instead of 'miner_coldkey': this deployment names folders by hotkeys.");
    }
}
