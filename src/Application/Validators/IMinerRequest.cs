using S3Auth.Substrate;

namespace S3Auth.Application.Validators;

/// <summary>A request of a validator for one miner's folders, which it names by exactly one of the miner's accounts.</summary>
internal interface IMinerRequest
{
    /// <summary>The miner's hotkey.</summary>
    AccountId? MinerHotkey { get; }

    /// <summary>The miner's coldkey; only in the coldkey layout.</summary>
    AccountId? MinerColdkey { get; }
}
