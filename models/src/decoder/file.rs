//! Reading a GGUF file: its metadata and its tensors by name.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use candle_core::{
    Device,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{Content, Value},
    },
};

use crate::ModelError;

/// An open model file.
pub(super) struct ModelFile {
    path: PathBuf,
    content: Content,
    reader: BufReader<File>,
}

impl ModelFile {
    pub(super) fn open(path: &Path) -> Result<Self, ModelError> {
        if !path.is_file() {
            return Err(ModelError::Missing(path.to_owned()));
        }
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
        let content = Content::read(&mut reader).map_err(|error| ModelError::Unsupported {
            path: path.to_owned(),
            reason: format!("不是完整的 GGUF 文件（{error}）"),
        })?;
        Ok(Self {
            path: path.to_owned(),
            content,
            reader,
        })
    }

    pub(super) fn unsupported(&self, reason: String) -> ModelError {
        ModelError::Unsupported {
            path: self.path.clone(),
            reason,
        }
    }

    fn value(&self, key: &str) -> Result<&Value, ModelError> {
        self.content
            .metadata
            .get(key)
            .ok_or_else(|| self.unsupported(format!("缺少 {key}")))
    }

    pub(super) fn text(&self, key: &str) -> Result<&str, ModelError> {
        let text = self.value(key)?.to_string();
        text.map(String::as_str)
            .map_err(|_| self.unsupported(format!("{key} 不是文字")))
    }

    pub(super) fn number(&self, key: &str) -> Result<usize, ModelError> {
        let number = self.value(key)?.to_u64();
        number
            .map(|n| n as usize)
            .map_err(|_| self.unsupported(format!("{key} 不是数")))
    }

    pub(super) fn real(&self, key: &str) -> Result<f32, ModelError> {
        let number = self.value(key)?.to_f32();
        number.map_err(|_| self.unsupported(format!("{key} 不是小数")))
    }

    pub(super) fn list(&self, key: &str) -> Result<&[Value], ModelError> {
        let list = self.value(key)?.to_vec();
        list.map(Vec::as_slice)
            .map_err(|_| self.unsupported(format!("{key} 不是列表")))
    }

    pub(super) fn has(&self, tensor: &str) -> bool {
        self.content.tensor_infos.contains_key(tensor)
    }

    pub(super) fn tensor(&mut self, name: &str) -> Result<QTensor, ModelError> {
        let tensor = self.content.tensor(&mut self.reader, name, &Device::Cpu);
        tensor.map_err(|error| self.unsupported(format!("权重 {name} 读不出来（{error}）")))
    }

    /// The type of a tensor and its sizes, rows first.
    pub(super) fn dimensions(&self, name: &str) -> Result<(GgmlDType, &[usize]), ModelError> {
        let information = self.content.tensor_infos.get(name);
        information
            .map(|tensor| (tensor.ggml_dtype, tensor.shape.dims()))
            .ok_or_else(|| self.unsupported(format!("缺少权重 {name}")))
    }

    /// The bytes before the first tensor: names, sizes and vocabulary.
    pub(super) fn description(&self) -> Result<Vec<u8>, ModelError> {
        let mut bytes = vec![0; self.content.tensor_data_offset as usize];
        File::open(&self.path)?.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The first bytes of a tensor, at most `length`.
    pub(super) fn beginning(&mut self, name: &str, length: u64) -> Result<Vec<u8>, ModelError> {
        let mut bytes = Vec::new();
        if let Some(tensor) = self.content.tensor_infos.get(name) {
            let start = self.content.tensor_data_offset + tensor.offset;
            self.reader.seek(SeekFrom::Start(start))?;
            self.reader.by_ref().take(length).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn vector(&mut self, name: &str) -> Result<Vec<f32>, ModelError> {
        Ok(self
            .tensor(name)?
            .dequantize(&Device::Cpu)?
            .flatten_all()?
            .to_vec1()?)
    }

    /// A vector that some families have and others do not.
    pub(super) fn optional_vector(&mut self, name: &str) -> Result<Option<Vec<f32>>, ModelError> {
        if self.has(name) {
            self.vector(name).map(Some)
        } else {
            Ok(None)
        }
    }
}
