use std::path::PathBuf;

/// What can go wrong when a model is loaded or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The model file is not there.
    #[error("没有模型文件 {}。请运行 xiangyin models pull 取回它", .0.display())]
    Missing(PathBuf),
    /// The file was read but is not a model of the expected form.
    #[error(
        "模型文件 {} 不能用：{reason}。请运行 xiangyin models verify 检查，再用 xiangyin models pull 重新下载",
        path.display()
    )]
    Unsupported {
        /// The model file.
        path: PathBuf,
        /// The first thing that did not fit.
        reason: String,
    },
    /// The tokenizer inside the model file cannot be built or used.
    #[error("模型的分词器出错：{0}。请运行 xiangyin models verify 检查模型文件")]
    Tokenizer(String),
    /// More tasks wait than the queue takes.
    #[error("现在问的人太多，前面还有 {waiting} 个在排队。请稍后再试")]
    Overloaded {
        /// Tasks in line.
        waiting: usize,
    },
    /// The thread that runs the model is gone.
    #[error("模型已经停止工作。请重新启动服务")]
    Stopped,
    /// Neither the voice's files nor a program that speaks are there.
    #[error(
        "没有可用的声音：缺少 {}，也没有安装 espeak-ng。请运行 xiangyin models pull {model} 取回声音；文字回答不受影响",
        missing.display()
    )]
    NoVoice {
        /// The first file that is not there.
        missing: PathBuf,
        /// The catalogue entry that has it.
        model: String,
    },
    /// The voice could not say what it was given.
    #[error("语音合成出错：{0}。文字回答不受影响；请把这条信息报告给维护人员")]
    Speech(String),
    /// The conversation and its evidence are longer than the model can read.
    #[error("内容太长：{tokens} 个词元，模型最多读 {limit} 个。请缩短问题或减少引用的材料")]
    PromptTooLong {
        /// Tokens that were given.
        tokens: usize,
        /// Tokens that fit.
        limit: usize,
    },
    /// The recogniser could not work on what it was given.
    #[error("语音识别出错：{0}。请再说一遍；还是不行，请把这条信息报告给维护人员")]
    Recognition(String),
    /// A file of sound cannot be used.
    #[error("这段录音用不了：{0}。请换成 WAV、MP3、FLAC 或 OGG 格式的短录音再试")]
    Audio(String),
    /// A server that runs a model does not answer as it should.
    #[error("模型服务器 {address} 出错：{reason}。请检查配置里的地址和密钥，以及服务器是否在运行")]
    Server {
        /// Where it is.
        address: String,
        /// What went wrong.
        reason: String,
    },
    /// Reading a file or starting a thread failed.
    #[error("系统出错：{0}。请检查磁盘和权限")]
    System(#[from] std::io::Error),
    /// The computation itself failed, which a sound model on a sound machine never does.
    #[error("模型计算出错：{0}。请把这条信息报告给维护人员")]
    Compute(#[from] candle_core::Error),
}
